import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Puts Supabase's cross-origin headers on a response: every origin may call, since it is the token that decides.
 * @returns true when the request was a preflight, which is answered then.
 */
export function answerCors(req: IncomingMessage, res: ServerResponse): boolean {
  res.setHeader('access-control-allow-origin', '*');
  if (req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined) {
    const asked = req.headers['access-control-request-headers'];
    res.writeHead(204, {
      'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS',
      'access-control-allow-headers': asked ?? 'authorization, x-client-info, apikey, content-type',
      'access-control-max-age': '3600',
      vary: 'access-control-request-headers',
    });
    res.end();
    return true;
  }
  res.setHeader(
    'access-control-expose-headers',
    'content-encoding, content-location, content-range, content-type, date, location, server, transfer-encoding, range-unit, x-total-count, link, x-supabase-api-version, sb-error-code',
  );
  return false;
}
