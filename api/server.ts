import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import type { Config } from './config.ts';

/** A request that runs longer than this when the desk stops is cut off, in milliseconds. */
const lastRequests = 5_000;

/** An HTTP server that listens. */
export interface Listening {
  port: number;
  /** Takes no more requests, and lets those in flight end for five seconds. */
  stop: () => Promise<void>;
}

/** @throws when the port is taken or may not be opened (`EADDRINUSE`, `EACCES`). */
export async function listen(app: Express, host: string, port: number): Promise<Listening> {
  const server = createServer(app);
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      // A connection whose last request is answered stays open for others, which don't come.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const cutOff = setTimeout(() => server.closeAllConnections(), lastRequests);
      await closed;
      clearInterval(idle);
      clearTimeout(cutOff);
    },
  };
}

/** The host part of a URL for an address one listens on: "every address" is reached as this machine. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** The address people reach the desk by, without a trailing slash. */
export function publicUrlOf({ publicUrl, host, port }: Config['http']): string {
  return publicUrl ?? `http://${urlHost(host)}:${port}`;
}
