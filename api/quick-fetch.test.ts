import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { quickFetch } from './quick-fetch.ts';

let server: Server;

/** @returns the address of the database's API on a server that answers so */
async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/rest/v1/rpc/f`;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('quickFetch', () => {
  it('sends method, headers and body, and gives status, headers and text', async () => {
    const url = await serve((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        res.writeHead(409, { 'Content-Range': '0-0/7' });
        res.end(`${req.method} ${String(req.headers['x-of'])} ${req.headers['content-length']} ${body}`);
      });
    });
    const answer = await quickFetch(url, {
      method: 'POST',
      headers: { 'X-Of': 'test' },
      body: '{"text":"да"}',
    });
    expect(answer.ok).toBe(false);
    expect(answer.status).toBe(409);
    expect(answer.statusText).toBe('Conflict');
    expect(answer.headers.get('content-range')).toBe('0-0/7');
    expect(answer.headers.get('x-absent')).toBeNull();
    expect(await answer.text()).toBe('POST test 15 {"text":"да"}');
  });

  it('fails when nobody listens, when the answer is cut off, and when it is aborted', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200, { 'content-length': '100' });
      res.write('half', () => res.destroy());
    });
    await expect(quickFetch(url)).rejects.toThrow('aborted');
    server.removeAllListeners('request').on('request', () => aborting.abort());
    const aborting = new AbortController();
    await expect(quickFetch(url, { signal: aborting.signal })).rejects.toMatchObject({ name: 'AbortError' });
    server.closeAllConnections();
    server.close();
    await expect(quickFetch(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('leaves what is no text to the real fetch', async () => {
    const url = await serve((req, res) => void req.pipe(res));
    const file = url.replace('/rest/v1/rpc/f', '/storage/v1/object/f');
    const answer = await quickFetch(file, { method: 'POST', body: Buffer.from([0, 255]) });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array([0, 255]));
  });
});
