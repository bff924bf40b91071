import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** The database roles a request can run as, as on every Supabase project. */
export type ApiRole = 'anon' | 'authenticated' | 'service_role';

/** What a verified access token (or a bare API key) says about the caller; becomes `request.jwt.claims`. */
export interface Claims {
  role: ApiRole;
  /** The user's id; absent for anon and service_role. */
  sub?: string;
  email?: string;
  session_id?: string;
  /** Expiry in seconds since the epoch; absent for bare API keys. */
  exp?: number;
  [claim: string]: unknown;
}

/** What every service of the gateway (auth, rest, storage, realtime) is built with. */
export interface SupabaseContext {
  /** Connections as the database's superuser; each request switches role inside its transaction. */
  pool: Pool;
  /** Connection string for what a pool can't do: the replication slot of realtime. */
  databaseUrl: string;
  /** Where the outside reaches the gateway, without a trailing slash: `http://127.0.0.1:54321`. */
  publicUrl: string;
  /** Folder in which storage keeps objects. */
  storageDir: string;
  logger: Logger;
  /** Signs claims as an access token (HS256) with `iat` and `exp` (`ttl` in seconds). */
  signToken(claims: Claims, ttl: number): Promise<string>;
  /**
   * Verifies a user's token or one of the API keys.
   * @throws {ApiError} 401 when it is malformed, expired or signed by somebody else.
   */
  verifyToken(token: string): Promise<Claims>;
  /**
   * Who calls: the `Authorization: Bearer` token if there is one that isn't the API key itself, else the API key.
   * @throws {ApiError} 401 when there is no valid API key, or the token doesn't verify.
   */
  authenticate(req: IncomingMessage): Promise<Claims>;
  /**
   * Whether the request carries a valid API key, whoever its bearer is: what signing in and refreshing need.
   * @throws {ApiError} 401 when there is no valid API key.
   */
  checkApiKey(req: IncomingMessage): Promise<void>;
}

/** One service of the gateway; gets every request under its prefix (`/rest/v1`, …), CORS already answered. */
export type Service = (req: IncomingMessage, res: ServerResponse, url: URL) => Promise<void>;
