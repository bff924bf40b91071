import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { AuthError, invalid } from './errors.ts';

/** A row of `auth.users`, as far as it is looked at. */
export interface UserRow {
  id: string;
  aud: string;
  role: string;
  email: string | null;
  encrypted_password: string | null;
  email_confirmed_at: Date | null;
  invited_at: Date | null;
  phone: string | null;
  confirmation_token: string | null;
  confirmation_sent_at: Date | null;
  confirmed_at: Date | null;
  recovery_token: string | null;
  recovery_sent_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
  created_at: Date;
  updated_at: Date;
  banned_until: Date | null;
  deleted_at: Date | null;
  is_anonymous: boolean;
}

interface IdentityRow {
  id: string;
  provider_id: string;
  user_id: string;
  identity_data: Record<string, unknown>;
  provider: string;
  last_sign_in_at: Date | null;
  created_at: Date;
  updated_at: Date;
  email: string | null;
}

export interface NewUser {
  id?: string | undefined;
  email: string;
  passwordHash: string | null;
  confirmed: boolean;
  role?: string | undefined;
  userMetadata: Record<string, unknown>;
  appMetadata?: Record<string, unknown> | undefined;
  bannedUntil?: Date | null;
}

/** @throws {AuthError} 400 when it is no e-mail address. @returns it in lower case, as it is kept. */
export function normalizeEmail(email: unknown): string {
  const parsed = z.email().max(255).safeParse(email);
  if (!parsed.success) throw invalid('Unable to validate email address: invalid format');
  return parsed.data.toLowerCase();
}

/** Adds a user with an e-mail identity. */
export async function insertUser(client: PoolClient, user: NewUser): Promise<UserRow> {
  const { id = randomUUID(), email, passwordHash, confirmed, role = 'authenticated' } = user;
  const metadata = confirmed ? { ...user.userMetadata, email_verified: true } : user.userMetadata;
  const { rows } = await client.query<UserRow>(
    `insert into auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token,
       recovery_token, raw_app_meta_data, raw_user_meta_data, banned_until, created_at, updated_at)
     values ('00000000-0000-0000-0000-000000000000', $1, 'authenticated', $2, $3, $4, case when $5 then now() end, '',
       '', $6, $7, $8, now(), now())
     returning *`,
    [
      id,
      role,
      email,
      passwordHash,
      confirmed,
      { provider: 'email', providers: ['email'], ...user.appMetadata },
      metadata,
      user.bannedUntil ?? null,
    ],
  );
  await client.query(
    `insert into auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
     values ($1, $2, $3, 'email', now(), now(), now())`,
    [id, id, { sub: id, email, email_verified: confirmed, phone_verified: false }],
  );
  return rows[0] as UserRow;
}

/** The user with this address, locked against changes until the transaction ends. */
export async function findByEmail(client: PoolClient, email: string): Promise<UserRow | undefined> {
  const { rows } = await client.query<UserRow>(
    `select * from auth.users where email = $1 and aud = 'authenticated' and not is_sso_user and deleted_at is null
     for update`,
    [email],
  );
  return rows[0];
}

/** The user with this id. */
export async function findById(client: PoolClient, id: string): Promise<UserRow | undefined> {
  const { rows } = await client.query<UserRow>('select * from auth.users where id = $1', [id]);
  return rows[0];
}

/** The columns of `auth.users` that change after sign-up. */
export type UserChange = Partial<
  Pick<
    UserRow,
    | 'role'
    | 'email'
    | 'encrypted_password'
    | 'email_confirmed_at'
    | 'invited_at'
    | 'confirmation_token'
    | 'confirmation_sent_at'
    | 'recovery_token'
    | 'recovery_sent_at'
    | 'last_sign_in_at'
    | 'raw_app_meta_data'
    | 'raw_user_meta_data'
    | 'banned_until'
    | 'deleted_at'
  >
>;

/** Writes the given columns and no others. */
export async function updateUser(client: PoolClient, id: string, change: UserChange): Promise<UserRow> {
  const columns = Object.keys(change);
  const assignments = columns.map((column, index) => `${column} = $${index + 2}`);
  const { rows } = await client.query<UserRow>(
    `update auth.users set ${[...assignments, 'updated_at = now()'].join(', ')} where id = $1 returning *`,
    [id, ...Object.values(change)],
  );
  if (!rows[0]) throw new AuthError(404, 'user_not_found', 'User not found');
  return rows[0];
}

/** What is known, changed by what came: a null removes its key. */
export function mergeMetadata(
  known: Record<string, unknown> | null,
  change: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...known, ...change }).filter(([, value]) => value !== null));
}

/** Whether the user may not sign in now. */
export function isBanned(user: UserRow): boolean {
  return user.banned_until !== null && user.banned_until > new Date();
}

/** The user objects that clients get, with their identities. */
export async function presentUsers(client: PoolClient, users: UserRow[]): Promise<object[]> {
  const { rows } = await client.query<IdentityRow>(
    'select * from auth.identities where user_id = any ($1) order by created_at',
    [users.map(({ id }) => id)],
  );
  return users.map((user) =>
    present(
      user,
      rows.filter((identity) => identity.user_id === user.id),
    ),
  );
}

/** The user object that clients get. */
export async function presentUser(client: PoolClient, user: UserRow): Promise<object> {
  return (await presentUsers(client, [user]))[0] as object;
}

function present(user: UserRow, identities: IdentityRow[]): object {
  return {
    id: user.id,
    aud: user.aud,
    role: user.role,
    email: user.email ?? '',
    ...withoutNulls({ email_confirmed_at: user.email_confirmed_at, invited_at: user.invited_at }),
    phone: user.phone ?? '',
    ...withoutNulls({
      confirmation_sent_at: user.confirmation_sent_at,
      confirmed_at: user.confirmed_at,
      recovery_sent_at: user.recovery_sent_at,
      last_sign_in_at: user.last_sign_in_at,
    }),
    app_metadata: user.raw_app_meta_data ?? {},
    user_metadata: user.raw_user_meta_data ?? {},
    identities: identities.map(({ id, provider_id, ...identity }) => ({
      identity_id: id,
      id: provider_id,
      ...identity,
    })),
    created_at: user.created_at,
    updated_at: user.updated_at,
    ...withoutNulls({ banned_until: user.banned_until, deleted_at: user.deleted_at }),
    is_anonymous: user.is_anonymous,
  };
}

function withoutNulls(fields: Record<string, Date | null>): Record<string, Date> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Date] => entry[1] !== null),
  );
}
