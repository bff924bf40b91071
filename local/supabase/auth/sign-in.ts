import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { AuthServices } from './service.ts';
import { inTransaction } from './database.ts';
import { AuthError, invalid, notSpoken } from './errors.ts';
import { checkStrength } from './passwords.ts';
import { redeemCode } from './pkce.ts';
import { createRateLimit } from './rate-limit.ts';
import { metadataSchema, originOf, readJson } from './request.ts';
import { openSession, refreshSession, type SignInMethod } from './sessions.ts';
import { findByEmail, findById, insertUser, isBanned, normalizeEmail } from './users.ts';

const WINDOW_MS = 5 * 60 * 1000;

const signUpSchema = z.object({
  email: z.string().nullish(),
  phone: z.string().nullish(),
  password: z.string().nullish(),
  data: metadataSchema.nullish(),
});

const passwordGrantSchema = z.object({ email: z.string(), password: z.string() });
const refreshGrantSchema = z.object({ refresh_token: z.string() });
const pkceGrantSchema = z.object({ auth_code: z.string(), code_verifier: z.string() });

/** Signing up and getting tokens. */
export function createSignIn({ context, passwords }: AuthServices) {
  // A person tries a few passwords, a program thousands; one that goes through many accounts meets the second limit.
  const triesPerAccount = createRateLimit(10, WINDOW_MS);
  const triesPerAddress = createRateLimit(100, WINDOW_MS);
  const signUps = createRateLimit(60, WINDOW_MS);

  async function signUp(req: IncomingMessage): Promise<object> {
    const body = await readJson(req, signUpSchema);
    if (body.phone) throw notSpoken('phone numbers');
    if (!body.email && !body.password) {
      throw new AuthError(422, 'anonymous_provider_disabled', 'Anonymous sign-ins are disabled');
    }
    if (!body.password) throw invalid('Signup requires a valid password');
    const email = normalizeEmail(body.email);
    checkStrength(body.password);
    const origin = originOf(req);
    signUps.check(origin.ip);
    signUps.record(origin.ip);
    const passwordHash = await passwords.hash(body.password);
    return inTransaction(context.pool, async (client) => {
      const exists = new AuthError(422, 'user_already_exists', 'User already registered');
      if (await findByEmail(client, email)) throw exists;
      const user = await insertUser(client, {
        email,
        passwordHash,
        confirmed: true,
        userMetadata: { ...body.data, email },
      }).catch((error: { code?: string; constraint?: string }) => {
        if (error.constraint === 'users_email_partial_key') throw exists;
        throw error;
      });
      return openSession(client, context, user, 'password', origin);
    });
  }

  async function withPassword(req: IncomingMessage): Promise<object> {
    const body = await readJson(req, passwordGrantSchema);
    const email = body.email.toLowerCase();
    const origin = originOf(req);
    const account = `${origin.ip} ${email}`;
    triesPerAccount.check(account);
    triesPerAddress.check(origin.ip);
    // Recorded before the slow comparison, or many tries at once would all come through.
    triesPerAccount.record(account);
    triesPerAddress.record(origin.ip);
    const { rows } = await context.pool.query<{ id: string; encrypted_password: string | null }>(
      `select id, encrypted_password from auth.users
       where email = $1 and aud = 'authenticated' and not is_sso_user and deleted_at is null`,
      [email],
    );
    const known = rows[0];
    const matches = await passwords.matches(body.password, known?.encrypted_password);
    if (!known || !matches) throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
    triesPerAccount.forget(account);
    triesPerAddress.forget(origin.ip);
    return inTransaction(context.pool, async (client) => {
      const user = await findById(client, known.id);
      if (!user) throw new AuthError(400, 'invalid_credentials', 'Invalid login credentials');
      if (isBanned(user)) throw new AuthError(400, 'user_banned', 'User is banned');
      if (!user.email_confirmed_at) throw new AuthError(400, 'email_not_confirmed', 'Email not confirmed');
      return openSession(client, context, user, 'password', origin);
    });
  }

  async function withRefreshToken(req: IncomingMessage): Promise<object> {
    const { refresh_token } = await readJson(req, refreshGrantSchema);
    const result = await inTransaction(context.pool, (client) =>
      refreshSession(client, context, refresh_token, originOf(req)),
    );
    if (result instanceof AuthError) throw result;
    return result;
  }

  async function withCode(req: IncomingMessage): Promise<object> {
    const { auth_code, code_verifier } = await readJson(req, pkceGrantSchema);
    return inTransaction(context.pool, async (client) => {
      const { userId, method } = await redeemCode(client, auth_code, code_verifier);
      const user = await findById(client, userId);
      if (!user) throw new AuthError(404, 'user_not_found', 'User not found');
      return openSession(client, context, user, method as SignInMethod, originOf(req));
    });
  }

  return {
    signUp,
    /** `POST /token`, by its `grant_type`. */
    token(req: IncomingMessage, url: URL): Promise<object> {
      switch (url.searchParams.get('grant_type')) {
        case 'password':
          return withPassword(req);
        case 'refresh_token':
          return withRefreshToken(req);
        case 'pkce':
          return withCode(req);
        case 'id_token':
        case 'web3':
          throw notSpoken('sign-in by other providers');
        default:
          throw new AuthError(400, 'unsupported_grant_type', 'unsupported_grant_type');
      }
    },
  };
}
