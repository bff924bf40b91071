import { randomBytes, randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Claims, SupabaseContext } from '../context.ts';
import { AuthError } from './errors.ts';
import { findById, isBanned, presentUser, updateUser, type UserRow } from './users.ts';

/** Seconds an access token is good for. */
const ACCESS_TOKEN_TTL = 3600;
/** A refresh token may be used again this long after its first use: two tabs refresh at once, an answer gets lost. */
const REUSE_INTERVAL_MS = 10_000;

/** From where a session is used. */
export interface Origin {
  ip: string;
  userAgent: string | undefined;
}

/** How somebody signed in; becomes the token's `amr`. */
export type SignInMethod = 'password' | 'otp' | 'recovery' | 'invite' | 'email/signup' | 'magiclink';

/** What a client gets that signed in or refreshed. */
export interface TokenResponse {
  access_token: string;
  token_type: 'bearer';
  /** Seconds. */
  expires_in: number;
  /** Seconds since the epoch. */
  expires_at: number;
  refresh_token: string;
  user: object;
}

/** Opens a session. @returns the token response that clients get */
export async function openSession(
  client: PoolClient,
  context: SupabaseContext,
  user: UserRow,
  method: SignInMethod,
  origin: Origin,
): Promise<TokenResponse> {
  const sessionId = randomUUID();
  await client.query(
    `insert into auth.sessions (id, user_id, created_at, updated_at, aal, user_agent, ip)
     values ($1, $2, now(), now(), 'aal1', $3, $4)`,
    [sessionId, user.id, origin.userAgent ?? null, origin.ip],
  );
  await client.query(
    `insert into auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method, id)
     values ($1, now(), now(), $2, $3)`,
    [sessionId, method, randomUUID()],
  );
  const refreshToken = await insertRefreshToken(client, user.id, sessionId, null);
  const signedIn = await updateUser(client, user.id, { last_sign_in_at: new Date() });
  return tokenResponse(client, context, signedIn, sessionId, refreshToken);
}

interface RefreshTokenRow {
  id: string;
  token: string;
  user_id: string;
  revoked: boolean;
  updated_at: Date;
  session_id: string | null;
}

/**
 * Exchanges a refresh token for a new pair. A token used again after the reuse interval was stolen, or its successor
 * was: the whole session's tokens are revoked.
 * @returns the token response, or the refusal. A refusal is returned and not thrown because what it revoked must stay.
 */
export async function refreshSession(
  client: PoolClient,
  context: SupabaseContext,
  presented: string,
  origin: Origin,
): Promise<TokenResponse | AuthError> {
  const refuse = (code: string, why: string) => new AuthError(400, code, `Invalid Refresh Token: ${why}`);
  const token = await lockRefreshToken(client, presented);
  if (!token) return refuse('refresh_token_not_found', 'Refresh Token Not Found');
  const user = await findById(client, token.user_id);
  if (!token.session_id || !user) return refuse('session_not_found', 'No Valid Session Found');
  if (isBanned(user)) return refuse('user_banned', 'User Banned');
  const sessionId = token.session_id;
  let successor: string | undefined;
  if (token.revoked) {
    successor = await activeChild(client, token);
    if (successor === undefined && Date.now() - token.updated_at.getTime() > REUSE_INTERVAL_MS) {
      await client.query(
        'update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1 and not revoked',
        [sessionId],
      );
      return refuse('refresh_token_already_used', 'Already Used');
    }
  } else {
    await client.query('update auth.refresh_tokens set revoked = true, updated_at = now() where id = $1', [
      token.id,
    ]);
  }
  successor ??= await insertRefreshToken(client, user.id, sessionId, token.token);
  await client.query(
    `update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now(), user_agent = $2, ip = $3
     where id = $1`,
    [sessionId, origin.userAgent ?? null, origin.ip],
  );
  return tokenResponse(client, context, user, sessionId, successor);
}

/** Locks the session first: two refreshes of one session then happen one after the other. */
async function lockRefreshToken(client: PoolClient, token: string): Promise<RefreshTokenRow | undefined> {
  await client.query(
    `select from auth.sessions s join auth.refresh_tokens t on t.session_id = s.id where t.token = $1 for update of s`,
    [token],
  );
  const { rows } = await client.query<RefreshTokenRow>(
    'select id, token, user_id, revoked, updated_at, session_id from auth.refresh_tokens where token = $1',
    [token],
  );
  return rows[0];
}

/** The session's current token if it came from this one: the client never received it, so it gets it again. */
async function activeChild(client: PoolClient, token: RefreshTokenRow): Promise<string | undefined> {
  const { rows } = await client.query<{ token: string; parent: string | null }>(
    'select token, parent from auth.refresh_tokens where session_id = $1 and not revoked order by id desc limit 1',
    [token.session_id],
  );
  return rows[0]?.parent === token.token ? rows[0].token : undefined;
}

async function insertRefreshToken(
  client: PoolClient,
  userId: string,
  sessionId: string,
  parent: string | null,
): Promise<string> {
  const token = randomBytes(16).toString('base64url');
  await client.query(
    `insert into auth.refresh_tokens (token, user_id, session_id, parent, revoked, created_at, updated_at)
     values ($1, $2, $3, $4, false, now(), now())`,
    [token, userId, sessionId, parent],
  );
  return token;
}

async function tokenResponse(
  client: PoolClient,
  context: SupabaseContext,
  user: UserRow,
  sessionId: string,
  refreshToken: string,
): Promise<TokenResponse> {
  const { rows: amr } = await client.query<{ method: string; timestamp: number }>(
    `select authentication_method as method, extract(epoch from created_at)::int as timestamp
     from auth.mfa_amr_claims where session_id = $1`,
    [sessionId],
  );
  const claims: Claims = {
    aud: user.aud,
    sub: user.id,
    email: user.email ?? '',
    phone: user.phone ?? '',
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    role: user.role as Claims['role'],
    aal: 'aal1',
    amr,
    session_id: sessionId,
    is_anonymous: user.is_anonymous,
  };
  return {
    access_token: await context.signToken(claims, ACCESS_TOKEN_TTL),
    token_type: 'bearer',
    expires_in: ACCESS_TOKEN_TTL,
    expires_at: Math.floor(Date.now() / 1000) + ACCESS_TOKEN_TTL,
    refresh_token: refreshToken,
    user: await presentUser(client, user),
  };
}

/**
 * The user whose access token it is, and the session it belongs to.
 * @throws {AuthError} when the user or the session is gone, or the user is banned: the token may still be unexpired.
 */
export async function currentUser(client: PoolClient, claims: Claims): Promise<UserRow> {
  if (claims.sub === undefined) throw new AuthError(403, 'bad_jwt', 'invalid claim: missing sub claim');
  const user = await findById(client, claims.sub);
  if (!user) throw new AuthError(403, 'user_not_found', 'User from sub claim in JWT does not exist');
  if (isBanned(user)) throw new AuthError(403, 'user_banned', 'User is banned');
  const { rowCount } = await client.query('select from auth.sessions where id = $1 and user_id = $2', [
    claims.session_id ?? null,
    user.id,
  ]);
  if (rowCount === 0) {
    throw new AuthError(403, 'session_not_found', 'Session from session_id claim in JWT does not exist');
  }
  return user;
}

/** Ends sessions of a user: all, or all but one. */
export async function closeSessions(client: PoolClient, userId: string, except?: string): Promise<void> {
  await client.query('delete from auth.sessions where user_id = $1 and id is distinct from $2', [
    userId,
    except ?? null,
  ]);
}
