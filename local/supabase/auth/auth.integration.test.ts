import { randomUUID } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createTestDesk, type TestDesk } from '../testing.ts';

let desk: TestDesk;
beforeAll(async () => {
  desk = await createTestDesk();
});
afterAll(() => desk.stop());

const newEmail = () => `${randomUUID()}@Example.com`;
const PASSWORD = 'correct horse';

/** Only the embedded Supabase keeps letters where a test can read them, and confirms addresses by itself. */
const embedded = !process.env.SUPABASE_URL;

describe('signing up and in', () => {
  it('signs up, in and out, with the metadata in the user and in the token', async () => {
    const client = desk.anonymous();
    const email = newEmail();
    const { data, error } = await client.auth.signUp({
      email,
      password: PASSWORD,
      options: { data: { nickname: 'Аня' } },
    });
    expect(error).toBeNull();
    expect(data.user).toMatchObject({
      email: email.toLowerCase(),
      role: 'authenticated',
      aud: 'authenticated',
      is_anonymous: false,
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: { nickname: 'Аня' },
      identities: [{ provider: 'email', identity_data: { email: email.toLowerCase() } }],
    });
    expect(data.session).toMatchObject({ token_type: 'bearer', expires_in: 3600 });

    const { data: claims } = await client.auth.getClaims();
    expect(claims?.claims).toMatchObject({
      sub: data.user?.id,
      role: 'authenticated',
      email: email.toLowerCase(),
      aal: 'aal1',
      user_metadata: { nickname: 'Аня' },
    });
    expect((await client.auth.signOut()).error).toBeNull();

    const again = await client.auth.signInWithPassword({ email: email.toUpperCase(), password: PASSWORD });
    expect(again.error).toBeNull();
    expect(again.data.user?.id).toBe(data.user?.id);
    expect(again.data.user?.last_sign_in_at).toBeTruthy();
    expect((await client.auth.getUser()).data.user?.id).toBe(data.user?.id);
  });

  it.each([
    ['nobody has the address', () => newEmail(), PASSWORD],
    ['the password is wrong', undefined, 'wrong password'],
  ])('refuses alike when %s', async (_case, address, password) => {
    const user = await desk.createUser();
    const { error } = await desk.anonymous().auth.signInWithPassword({
      email: address?.() ?? user.email,
      password,
    });
    expect(error).toMatchObject({
      status: 400,
      code: 'invalid_credentials',
      message: 'Invalid login credentials',
    });
  });

  it('refuses a second account with the same address', async () => {
    const { email } = await desk.createUser();
    const { error } = await desk.anonymous().auth.signUp({ email: email.toUpperCase(), password: PASSWORD });
    expect(error).toMatchObject({ status: 422, code: 'user_already_exists' });
  });

  it('refuses two simultaneous sign-ups with one address, once', async () => {
    const email = newEmail();
    const results = await Promise.all(
      [1, 2].map(() => desk.anonymous().auth.signUp({ email, password: PASSWORD })),
    );
    expect(results.map(({ error }) => error?.code).sort()).toEqual(['user_already_exists', undefined]);
  });

  it.each([
    ['short', 'weak_password', 422],
    ['x'.repeat(73), 'validation_failed', 400],
  ])('refuses the password %s', async (password, code, status) => {
    const { error } = await desk.anonymous().auth.signUp({ email: newEmail(), password });
    expect(error).toMatchObject({ code, status });
  });

  it('says why a password is weak', async () => {
    const { error } = await desk.anonymous().auth.signUp({ email: newEmail(), password: 'short' });
    expect(error).toMatchObject({ name: 'AuthWeakPasswordError', reasons: ['length'] });
  });

  it('refuses an address that is none', async () => {
    const { error } = await desk.anonymous().auth.signUp({ email: 'nobody', password: PASSWORD });
    expect(error).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it('answers clients without an API version in the older format', async () => {
    const response = await fetch(`${desk.url}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { apikey: desk.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ email: newEmail(), password: 'x' }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      code: 400,
      error_code: 'invalid_credentials',
      msg: 'Invalid login credentials',
    });
  });

  it.runIf(embedded)('slows down whoever guesses the password of one account', async () => {
    const { email } = await desk.createUser();
    const client = desk.anonymous();
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => client.auth.signInWithPassword({ email, password: 'guess' })),
    );
    expect(tries.filter(({ error }) => error?.code === 'over_request_rate_limit')).not.toHaveLength(0);
    expect(tries.filter(({ error }) => error?.status === 429)).toHaveLength(2);
  });
});

describe('refreshing', () => {
  it('rotates the token and gives a lost answer again', async () => {
    const { client } = await desk.createUser();
    const first = (await client.auth.getSession()).data.session;
    const refresh = () => desk.anonymous().auth.refreshSession({ refresh_token: first?.refresh_token ?? '' });
    const [one, two] = await Promise.all([refresh(), refresh()]);
    expect(one.error).toBeNull();
    expect(one.data.session?.refresh_token).not.toBe(first?.refresh_token);
    expect(two.data.session?.refresh_token).toBe(one.data.session?.refresh_token);
  });

  it('revokes the whole family when an old token is used again', async () => {
    const { client, id } = await desk.createUser();
    const stolen = (await client.auth.getSession()).data.session?.refresh_token ?? '';
    await client.auth.refreshSession();
    await client.auth.refreshSession();
    // As if both refreshes had happened a minute ago.
    await desk.sql(
      `update auth.refresh_tokens set updated_at = updated_at - interval '1 minute' where user_id = $1`,
      [id],
    );
    const thief = await desk.anonymous().auth.refreshSession({ refresh_token: stolen });
    expect(thief.error).toMatchObject({ status: 400, code: 'refresh_token_already_used' });
    // The one parent that may be repeated is revoked too, and so is what the owner holds.
    await desk.sql(
      `update auth.refresh_tokens set updated_at = updated_at - interval '1 minute' where user_id = $1`,
      [id],
    );
    const owner = await client.auth.refreshSession();
    expect(owner.error).toMatchObject({ code: 'refresh_token_already_used' });
  });

  it('refuses a token that never was', async () => {
    const { error } = await desk.anonymous().auth.refreshSession({ refresh_token: 'nonsense' });
    expect(error).toMatchObject({ status: 400, code: 'refresh_token_not_found' });
  });
});

describe('sessions', () => {
  it('ends others, or all, and a token of an ended session is good for nothing', async () => {
    const { email, password, client } = await desk.createUser();
    const other = desk.anonymous();
    await other.auth.signInWithPassword({ email, password });
    const otherToken = (await other.auth.getSession()).data.session?.access_token;

    expect((await client.auth.signOut({ scope: 'others' })).error).toBeNull();
    expect((await client.auth.getUser()).error).toBeNull();
    const gone = await other.auth.getUser(otherToken);
    expect(gone.data.user).toBeNull();
    expect(gone.error).toMatchObject({ name: 'AuthSessionMissingError' });
    expect((await client.auth.signOut()).error).toBeNull();
  });

  it('changes password and metadata; a new password ends the other sessions', async () => {
    const { email, password, client } = await desk.createUser({ nickname: 'one' });
    const other = desk.anonymous();
    await other.auth.signInWithPassword({ email, password });
    expect((await client.auth.updateUser({ password })).error).toMatchObject({ code: 'same_password' });
    const { data, error } = await client.auth.updateUser({
      password: 'another one',
      data: { nickname: 'two' },
    });
    expect(error).toBeNull();
    expect(data.user?.user_metadata).toMatchObject({ nickname: 'two' });
    expect((await other.auth.refreshSession()).error).not.toBeNull();
    const signedIn = await desk.anonymous().auth.signInWithPassword({ email, password: 'another one' });
    expect(signedIn.error).toBeNull();
  });

  it('refuses forged tokens', async () => {
    const { client } = await desk.createUser();
    const token = (await client.auth.getSession()).data.session?.access_token ?? '';
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ sub: randomUUID(), role: 'service_role' })).toString(
      'base64url',
    );
    for (const forged of [`${header}.${claims}.${signature}`, `${header}.${claims}.`, 'nonsense']) {
      const { error } = await desk.anonymous().auth.getUser(forged);
      expect(error).toMatchObject({ status: 403, code: 'bad_jwt' });
    }
  });
});

describe('the API key', () => {
  it.each([
    ['none', {}, 'No API key found in request'],
    ['a wrong one', { apikey: 'sb_publishable_wrong' }, 'Invalid API key'],
  ])('is needed: %s', async (_case, headers, message) => {
    const response = await fetch(`${desk.url}/auth/v1/settings`, { headers: headers as HeadersInit });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ message });
  });

  it('that is secret is refused from a browser', async () => {
    const response = await fetch(`${desk.url}/auth/v1/settings`, {
      headers: { apikey: desk.secretKey, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140' },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ message: 'Forbidden use of secret API key in browser' });
  });
});

describe('the admin', () => {
  it('creates, finds, changes, bans and deletes users', async () => {
    const { auth } = desk.admin;
    const email = newEmail().toLowerCase();
    const created = await auth.admin.createUser({
      email,
      password: PASSWORD,
      email_confirm: true,
      user_metadata: { nickname: 'n' },
      app_metadata: { plan: 'x' },
    });
    expect(created.error).toBeNull();
    const id = created.data.user?.id ?? '';
    expect(created.data.user).toMatchObject({ email, app_metadata: { plan: 'x', provider: 'email' } });
    expect((await auth.admin.createUser({ email })).error).toMatchObject({
      status: 422,
      code: 'email_exists',
    });

    expect((await auth.admin.getUserById(id)).data.user?.email).toBe(email);
    const changed = await auth.admin.updateUserById(id, { user_metadata: { nickname: null, city: 'Омск' } });
    expect(changed.data.user?.user_metadata).toEqual({ city: 'Омск', email_verified: true });

    const client = desk.anonymous();
    await client.auth.signInWithPassword({ email, password: PASSWORD });
    const banned = await auth.admin.updateUserById(id, { ban_duration: '24h' });
    expect(Date.parse((banned.data.user as { banned_until?: string }).banned_until ?? '')).toBeGreaterThan(
      Date.now(),
    );
    expect((await client.auth.refreshSession()).error).toMatchObject({ code: 'user_banned' });
    expect((await client.auth.signInWithPassword({ email, password: PASSWORD })).error).toMatchObject({
      code: 'user_banned',
    });
    await auth.admin.updateUserById(id, { ban_duration: 'none' });
    expect((await client.auth.signInWithPassword({ email, password: PASSWORD })).error).toBeNull();

    expect((await auth.admin.deleteUser(id)).error).toBeNull();
    expect((await auth.admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' });
    expect(await desk.sql('select from auth.sessions where user_id = $1', [id])).toHaveLength(0);
  });

  it('lists users by pages', async () => {
    await Promise.all([desk.createUser(), desk.createUser(), desk.createUser()]);
    const { data, error } = await desk.admin.auth.admin.listUsers({ page: 1, perPage: 2 });
    expect(error).toBeNull();
    expect(data.users).toHaveLength(2);
    expect(data).toMatchObject({ aud: 'authenticated', nextPage: 2 });
    expect('total' in data && data.total).toBeGreaterThanOrEqual(3);
  });

  it('is nobody but the secret key', async () => {
    const { client, id } = await desk.createUser({ role: 'admin' });
    const results = [
      await client.auth.admin.listUsers(),
      await client.auth.admin.deleteUser(id),
      await desk.anonymous().auth.admin.createUser({ email: newEmail(), role: 'service_role' }),
    ];
    for (const { error } of results) expect(error).toMatchObject({ status: 403, code: 'not_admin' });
  });

  it('makes links that sign in once', async () => {
    const { email, id } = await desk.createUser();
    const { data, error } = await desk.admin.auth.admin.generateLink({ type: 'recovery', email });
    expect(error).toBeNull();
    expect(data.user?.id).toBe(id);
    const token = data.properties?.hashed_token ?? '';
    const client = desk.anonymous();
    const signedIn = await client.auth.verifyOtp({ type: 'recovery', token_hash: token });
    expect(signedIn.error).toBeNull();
    expect(signedIn.data.user?.id).toBe(id);
    const again = await client.auth.verifyOtp({ type: 'recovery', token_hash: token });
    expect(again.error).toMatchObject({ status: 403, code: 'otp_expired' });
  });
});

describe.runIf(embedded)('recovery by mail', () => {
  async function letterTo(email: string): Promise<{ link: string; code: string }> {
    const page = await (await fetch(`${desk.url}/mail`)).text();
    const letter = page.split('<article>').find((text) => text.includes(email)) ?? '';
    const link = /<a href="([^"]+)"/.exec(letter)?.[1]?.replaceAll('&#38;', '&') ?? '';
    return { link, code: /Code: (\d{6})/.exec(letter)?.[1] ?? '' };
  }

  it('answers alike for those who have no account, and writes to those who have', async () => {
    const { email, id } = await desk.createUser();
    const client = desk.anonymous();
    expect((await client.auth.resetPasswordForEmail(newEmail())).error).toBeNull();
    const redirectTo = 'http://localhost:3000/cabinet/';
    expect((await client.auth.resetPasswordForEmail(email, { redirectTo })).error).toBeNull();
    expect((await client.auth.resetPasswordForEmail(email)).error).toMatchObject({
      status: 429,
      code: 'over_email_send_rate_limit',
    });

    const { link, code } = await letterTo(email);
    const wrong = await client.auth.verifyOtp({
      type: 'recovery',
      email,
      token: code === '000000' ? '1' : '000000',
    });
    expect(wrong.error).toMatchObject({ code: 'otp_expired' });
    const opened = await fetch(link, { redirect: 'manual' });
    expect(opened.status).toBe(303);
    const target = new URL(opened.headers.get('location') ?? '');
    expect(target.href.startsWith(redirectTo)).toBe(true);
    const tokens = new URLSearchParams(target.hash.slice(1));
    expect(tokens.get('type')).toBe('recovery');
    const session = await client.auth.setSession({
      access_token: tokens.get('access_token') ?? '',
      refresh_token: tokens.get('refresh_token') ?? '',
    });
    expect(session.data.user?.id).toBe(id);
    expect((await client.auth.updateUser({ password: 'brand new one' })).error).toBeNull();

    const again = await fetch(link, { redirect: 'manual' });
    expect(again.headers.get('location')).toContain('error_code=otp_expired');
  });

  it('takes the code instead of the link', async () => {
    const { email, id } = await desk.createUser();
    const client = desk.anonymous();
    await client.auth.resetPasswordForEmail(email);
    const { code } = await letterTo(email);
    const { data, error } = await client.auth.verifyOtp({ type: 'recovery', email, token: code });
    expect(error).toBeNull();
    expect(data.user?.id).toBe(id);
  });

  it('hands a code that only its asker can redeem to clients that use PKCE', async () => {
    const { email, id } = await desk.createUser();
    const open = () =>
      createClient(desk.url, desk.publishableKey, {
        auth: { flowType: 'pkce', persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
        realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
      });
    const client = open();
    await client.auth.resetPasswordForEmail(email, { redirectTo: 'http://localhost:3000/' });
    const opened = await fetch((await letterTo(email)).link, { redirect: 'manual' });
    const code = new URL(opened.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const { data, error } = await client.auth.exchangeCodeForSession(code);
    expect(error).toBeNull();
    expect(data.user?.id).toBe(id);
    const again = await fetch(`${desk.url}/auth/v1/token?grant_type=pkce`, {
      method: 'POST',
      headers: { apikey: desk.publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ auth_code: code, code_verifier: 'x'.repeat(43) }),
    });
    expect(await again.json()).toMatchObject({ error_code: 'flow_state_not_found' });
  });

  it('leads nobody to another site', async () => {
    const { email } = await desk.createUser();
    await desk.anonymous().auth.resetPasswordForEmail(email, { redirectTo: 'https://evil.example/' });
    const { link } = await letterTo(email);
    const tampered = link.replace(/redirect_to=[^&]*/, 'redirect_to=https%3A%2F%2Fevil.example');
    const opened = await fetch(tampered, { redirect: 'manual' });
    expect(new URL(opened.headers.get('location') ?? '').origin).toBe(desk.url);
  });

  it('shows letters under its own name only, with everything escaped', async () => {
    await desk.sql(
      `insert into local_supabase.mailbox (recipient, subject, body) values ('a', '<script>', '"<b>')`,
    );
    const page = await (await fetch(`${desk.url}/mail`)).text();
    expect(page).not.toContain('<script>');
    expect(page).not.toContain('<b>"');
  });
});
