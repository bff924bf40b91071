import http from 'node:http';
import https from 'node:https';

/** What the database's API client looks at in an answer. */
type Answer = Pick<Response, 'ok' | 'status' | 'statusText' | 'text'> & { headers: Pick<Headers, 'get'> };

/** A server that says nothing for this long, in milliseconds, is gone: its network may have swallowed the connection. */
const patience = 30_000;

/** How long an idle connection is kept, in milliseconds: less than servers keep it, who would close it under a request. */
const idle = 4_000;

const agents = {
  'http:': new http.Agent({ keepAlive: true, timeout: idle }),
  'https:': new https.Agent({ keepAlive: true, timeout: idle }),
};

/**
 * `fetch` for the database's API, over Node's own client: a call takes half the time (1.5 ms instead of 2.6 on an
 * idle machine), and every message on its way into the group or out of it waits for one. Whatever isn't text both ways
 * (files, sessions) is left to the real `fetch`.
 * @throws what node:http throws, AbortError among it; an error after 30 seconds of silence
 */
export const quickFetch: typeof fetch = async (input, init = {}) => {
  const { body, method = 'GET', headers, signal } = init;
  const isText = body === undefined || body === null || typeof body === 'string';
  if (typeof input !== 'string' || !isText || !input.includes('/rest/v1/')) return await fetch(input, init);
  const url = new URL(input);
  const options: http.RequestOptions = {
    method,
    headers: Object.fromEntries(new Headers(headers)),
    agent: url.protocol === 'https:' ? agents['https:'] : agents['http:'],
    timeout: patience,
    ...(signal ? { signal } : {}),
  };
  return await new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, options, (message) => {
      readAnswer(message).then((answer) => resolve(answer as Response), reject);
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${patience} ms`)));
    // In one piece with its headers, its length known.
    request.end(body ?? undefined);
  });
};

async function readAnswer(message: http.IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, statusMessage: statusText = '', headers } = message;
  const text = await new Promise<string>((resolve, reject) => {
    let read = '';
    message.setEncoding('utf8');
    message.on('data', (chunk: string) => (read += chunk));
    message.on('end', () => resolve(read));
    // Cut off in the middle: `end` never comes.
    message.on('error', reject);
  });
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText,
    headers: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    text: () => Promise.resolve(text),
  };
}
