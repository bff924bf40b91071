import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { sendJson } from '../http.ts';
import { inTransaction } from './database.ts';
import { AuthError, invalid, notSpoken } from './errors.ts';
import { keepToken, makeOneTimeToken, type VerificationType } from './one-time-tokens.ts';
import { checkStrength } from './passwords.ts';
import type { createRecovery } from './recovery.ts';
import { metadataSchema, readJson } from './request.ts';
import type { AuthServices } from './service.ts';
import { closeSessions } from './sessions.ts';
import {
  findByEmail,
  findById,
  insertUser,
  mergeMetadata,
  normalizeEmail,
  presentUser,
  presentUsers,
  updateUser,
  type UserChange,
  type UserRow,
} from './users.ts';

const userSchema = z.object({
  id: z.uuid('ID must conform to the uuid v4 format').optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  password: z.string().optional(),
  email_confirm: z.boolean().optional(),
  user_metadata: metadataSchema.optional(),
  app_metadata: metadataSchema.optional(),
  role: z.enum(['authenticated', 'service_role', 'anon']).optional(),
  ban_duration: z.string().optional(),
});

const linkSchema = z.object({
  type: z.enum(['signup', 'invite', 'magiclink', 'recovery', 'email_change_current', 'email_change_new']),
  email: z.string(),
  password: z.string().nullish(),
  data: metadataSchema.nullish(),
  redirect_to: z.string().nullish(),
});

const pageSchema = z.object({
  page: z.coerce.number().int().positive().default(1),
  per_page: z.coerce.number().int().positive().max(1000).default(50),
});

/** What the secret key may do with everybody's account. */
export function createAdmin(
  { context, passwords }: AuthServices,
  recovery: ReturnType<typeof createRecovery>,
) {
  const { pool } = context;

  async function create(req: IncomingMessage): Promise<object> {
    const body = await readJson(req, userSchema);
    if (body.phone) throw notSpoken('phone numbers');
    if (!body.email) throw invalid('Cannot create a user without either an email or phone');
    const email = normalizeEmail(body.email);
    if (body.password) checkStrength(body.password);
    const passwordHash = await passwords.hash(body.password || randomBytes(32).toString('base64url'));
    return inTransaction(pool, async (client) => {
      if (await findByEmail(client, email)) throw emailExists();
      const user = await insertUser(client, {
        id: body.id,
        email,
        passwordHash,
        confirmed: body.email_confirm === true,
        role: body.role,
        userMetadata: body.user_metadata ?? {},
        appMetadata: body.app_metadata,
        bannedUntil: bannedUntil(body.ban_duration),
      });
      return presentUser(client, user);
    });
  }

  async function update(req: IncomingMessage, id: string): Promise<object> {
    const body = await readJson(req, userSchema.omit({ id: true }));
    if (body.phone) throw notSpoken('phone numbers');
    const email = body.email ? normalizeEmail(body.email) : undefined;
    if (body.password) checkStrength(body.password);
    const hash = body.password ? await passwords.hash(body.password) : undefined;
    return inTransaction(pool, async (client) => {
      const user = await requireUser(client, id);
      const change: UserChange = {};
      if (email !== undefined && email !== user.email) {
        if (await findByEmail(client, email)) throw emailExists();
        change.email = email;
        await client.query(
          `update auth.identities set identity_data = identity_data || jsonb_build_object('email', $2::text), updated_at = now()
           where user_id = $1 and provider = 'email'`,
          [id, email],
        );
      }
      if (body.role) change.role = body.role;
      if (body.email_confirm && !user.email_confirmed_at) change.email_confirmed_at = new Date();
      if (body.user_metadata) {
        change.raw_user_meta_data = mergeMetadata(user.raw_user_meta_data, body.user_metadata);
      }
      if (body.app_metadata) {
        change.raw_app_meta_data = mergeMetadata(user.raw_app_meta_data, body.app_metadata);
      }
      if (body.ban_duration !== undefined) change.banned_until = bannedUntil(body.ban_duration);
      if (hash !== undefined) {
        change.encrypted_password = hash;
        await closeSessions(client, id);
      }
      return presentUser(client, await updateUser(client, id, change));
    });
  }

  async function remove(req: IncomingMessage, id: string): Promise<object> {
    const { should_soft_delete } = await readJson(
      req,
      z.object({ should_soft_delete: z.boolean().optional() }),
    );
    const email = await inTransaction(pool, async (client) => {
      const user = await requireUser(client, id);
      if (should_soft_delete) {
        // The id stays for what refers to it; nothing that tells who it was does.
        await updateUser(client, id, {
          email: `deleted-${id}@invalid`,
          encrypted_password: '',
          raw_user_meta_data: {},
          raw_app_meta_data: {},
          deleted_at: new Date(),
        });
        await client.query('delete from auth.identities where user_id = $1', [id]);
        await closeSessions(client, id);
      } else {
        await client.query('delete from auth.users where id = $1', [id]);
      }
      return user.email;
    });
    // The letters that this stand-in kept for them.
    await pool.query('delete from local_supabase.mailbox where lower(recipient) = lower($1)', [email]);
    return {};
  }

  async function list(res: ServerResponse, url: URL): Promise<object> {
    const parsed = pageSchema.safeParse(
      Object.fromEntries([...url.searchParams].filter(([, value]) => value !== '')),
    );
    if (!parsed.success) throw invalid('Bad Pagination Parameters');
    const { page, per_page: perPage } = parsed.data;
    return inTransaction(pool, async (client) => {
      const { rows: users } = await client.query<UserRow>(
        `select * from auth.users where aud = 'authenticated' order by created_at desc, id limit $1 offset $2`,
        [perPage, (page - 1) * perPage],
      );
      const { rows } = await client.query<{ total: number }>(
        `select count(*)::int as total from auth.users where aud = 'authenticated'`,
      );
      const total = rows[0]?.total ?? 0;
      const last = Math.max(1, Math.ceil(total / perPage));
      const link = (to: number, rel: string) => `</admin/users?page=${to}&per_page=${perPage}>; rel="${rel}"`;
      res.setHeader('x-total-count', String(total));
      res.setHeader(
        'link',
        [...(page < last ? [link(page + 1, 'next')] : []), link(last, 'last')].join(', '),
      );
      return { users: await presentUsers(client, users), aud: 'authenticated' };
    });
  }

  async function generateLink(req: IncomingMessage): Promise<object> {
    const body = await readJson(req, linkSchema);
    if (body.type.startsWith('email_change')) throw notSpoken('links that change an e-mail');
    const email = normalizeEmail(body.email);
    if (body.password) checkStrength(body.password);
    const passwordHash = body.password ? await passwords.hash(body.password) : null;
    return inTransaction(pool, async (client) => {
      let user = await findByEmail(client, email);
      let type = body.type as VerificationType;
      if (!user && type === 'recovery') {
        throw new AuthError(404, 'user_not_found', 'User with this email not found');
      }
      if (user?.email_confirmed_at && (type === 'signup' || type === 'invite')) throw emailExists();
      if (!user) {
        if (type === 'magiclink') type = 'signup';
        user = await insertUser(client, {
          email,
          passwordHash,
          confirmed: false,
          userMetadata: body.data ?? {},
        });
      }
      const { otp, hash } = makeOneTimeToken(email);
      user = await keepToken(client, user, type, hash);
      if (type === 'invite') user = await updateUser(client, user.id, { invited_at: new Date() });
      const redirectTo = recovery.redirectTarget(body.redirect_to);
      return {
        ...(await presentUser(client, user)),
        action_link: recovery.linkFor(type, hash, redirectTo),
        email_otp: otp,
        hashed_token: hash,
        verification_type: type,
        redirect_to: redirectTo,
      };
    });
  }

  /** Everything under `/admin`, for the service role only. */
  return async function admin(
    req: IncomingMessage,
    res: ServerResponse,
    url: URL,
    path: string,
  ): Promise<void> {
    const claims = await context.authenticate(req);
    if (claims.role !== 'service_role') throw new AuthError(403, 'not_admin', 'User not allowed');
    const [, , resource, id] = path.split('/');
    if (resource === 'generate_link' && req.method === 'POST') {
      sendJson(res, 200, await generateLink(req));
      return;
    }
    if (resource !== 'users' || path.split('/').length > 4) throw notSpoken(`${req.method ?? ''} ${path}`);
    if (id === undefined) {
      if (req.method === 'POST') sendJson(res, 200, await create(req));
      else if (req.method === 'GET') sendJson(res, 200, await list(res, url));
      else throw notSpoken(`${req.method ?? ''} ${path}`);
      return;
    }
    if (!z.uuid().safeParse(id).success) {
      throw new AuthError(404, 'validation_failed', 'user_id must be an UUID');
    }
    if (req.method === 'GET') {
      sendJson(
        res,
        200,
        await inTransaction(pool, async (client) => presentUser(client, await requireUser(client, id))),
      );
    } else if (req.method === 'PUT') sendJson(res, 200, await update(req, id));
    else if (req.method === 'DELETE') sendJson(res, 200, await remove(req, id));
    else throw notSpoken(`${req.method ?? ''} ${path}`);
  };
}

async function requireUser(client: PoolClient, id: string): Promise<UserRow> {
  const user = await findById(client, id);
  if (!user) throw new AuthError(404, 'user_not_found', 'User not found');
  return user;
}

function emailExists(): AuthError {
  return new AuthError(422, 'email_exists', 'A user with this email address has already been registered');
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The end of a ban given as a duration (`1h30m`); null for `none` and for nothing. */
function bannedUntil(duration: string | undefined): Date | null {
  if (duration === undefined || duration === 'none') return null;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(duration)) {
    throw invalid(`invalid format for ban duration: time: invalid duration "${duration}"`);
  }
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  return new Date(Date.now() + ms);
}
