import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { sameSecret } from '../../bot/same-secret.ts';
import { isLoopback } from '../config.ts';
import type { Metrics } from '../metrics.ts';

/** Who may read the figures. */
export interface MetricsAccess {
  /** The word that opens them from anywhere; undefined: only this machine may. */
  token: string | undefined;
  /** A proxy stands before the desk, so everybody seems to come from this machine. */
  isProxied: boolean;
}

/**
 * `GET /api/metrics`: the figures in Prometheus' text form; 401 without the right token where one is set, 403 for
 * whoever isn't on this machine where none is.
 */
export function metricsRoute(metrics: Metrics, access: MetricsAccess): RequestHandler {
  return async (req, res) => {
    const { token, isProxied } = access;
    res.set('Cache-Control', 'no-store');
    if (token !== undefined) {
      const given = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1];
      if (given === undefined || !sameSecret(given, token)) {
        const message = 'The figures need the header "Authorization: Bearer" with METRICS_TOKEN.';
        res.status(401).set('WWW-Authenticate', 'Bearer').json({ code: 'not_authorized', message });
        return;
      }
    } else if (isProxied || !isFromHere(req)) {
      const message = 'The figures are for this machine only; set METRICS_TOKEN to read them from elsewhere.';
      res.status(403).json({ code: 'local_only', message });
      return;
    }
    res.type(metrics.contentType).send(await metrics.text());
  };
}

/** What proxies add to a request they pass on. */
const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return isLoopback(address) && !forwarded.some((name) => name in headers);
}
