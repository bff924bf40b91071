import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Claims, SupabaseContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { ChangeRouter, type RowListener } from './change-router.ts';
import type { Hub } from './connection.ts';
import { Connection } from './connection.ts';
import type { Version } from './frames.ts';
import { limits } from './limits.ts';
import { Sessions } from './sessions.ts';
import { Topics } from './topics.ts';

/** Supabase Realtime: what the gateway hands the upgrades under `/realtime/v1` to. */
export interface RealtimeService {
  /** Takes over a WebSocket handshake; answers it with an HTTP error when the API key or the version is wrong. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer, url: URL): void;
  /**
   * Tells this process of a table's rows at once, some milliseconds before subscribers hear of them: who may see a
   * change is asked first. Only while anybody subscribes at all, and no more certain than realtime is. @returns ends that
   */
  watch(schema: string, table: string, listener: RowListener): () => void;
  /** Closes all connections and the stream of changes. */
  stop(): Promise<void>;
}

/**
 * Makes the database ready for realtime (re-runnable; `auth.sessions` must exist) and serves it. The WAL is read from
 * the first join on.
 */
export async function createRealtimeService(context: SupabaseContext): Promise<RealtimeService> {
  await context.pool.query(await readFile(new URL('setup.sql', import.meta.url), 'utf8'));
  const sessions = new Sessions(context.pool);
  const changes = new ChangeRouter(context, sessions);
  const hub: Hub = { context, sessions, changes, topics: new Topics() };
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes });
  const connections = new Set<Connection>();
  const pings = setInterval(
    () => connections.forEach((connection) => connection.ping()),
    limits.pingInterval,
  );
  pings.unref();

  async function open(req: IncomingMessage, socket: Duplex, head: Buffer, url: URL): Promise<void> {
    const version = url.searchParams.get('vsn') ?? '1.0.0';
    if (!isVersion(version)) return refuse(socket, 403, `Protocol version ${version} isn't spoken here`);
    if (connections.size >= limits.connections) return refuse(socket, 429, 'Too many connected users');
    let claims: Claims;
    try {
      claims = await context.authenticate(req);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return refuse(socket, error.status, error.message);
    }
    server.handleUpgrade(req, socket, head, (webSocket) => {
      const connection = new Connection(hub, webSocket, version, claims);
      connections.add(connection);
      webSocket.on('close', () => connections.delete(connection));
    });
  }

  return {
    handleUpgrade(req, socket, head, url) {
      const onError = (error: Error) =>
        context.logger.debug({ error: error.message }, 'realtime: handshake failed');
      socket.on('error', onError);
      open(req, socket, head, url).catch((error: unknown) => {
        context.logger.error({ err: error }, 'realtime: handshake failed');
        refuse(socket, 500, 'Error connecting to Realtime');
      });
    },

    watch: (schema, table, listener) => changes.watch(schema, table, listener),

    async stop() {
      clearInterval(pings);
      await Promise.all(
        [...connections].map((connection) => connection.close(1001, 'The server is stopping')),
      );
      await changes.stop();
    },
  };
}

function isVersion(version: string): version is Version {
  return version === '1.0.0' || version === '2.0.0';
}

/** Answers the handshake with an HTTP error instead. */
function refuse(socket: Duplex, status: number, error: string): void {
  const body = JSON.stringify({ error });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
