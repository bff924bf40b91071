import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDesk } from '../testing.ts';
import type { TestDesk } from '../testing.ts';
import { createLibrary, dropLibrary } from './test-tables.ts';

let desk: TestDesk;
const call = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${desk.url}/rest/v1${path}`, {
    ...init,
    headers: { apikey: desk.publishableKey, ...(init.headers as Record<string, string>) },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && (JSON.parse(text) as unknown) };
};

beforeAll(async () => {
  desk = await createTestDesk();
  await createLibrary(desk);
});

afterAll(async () => {
  await dropLibrary(desk);
  await desk.stop();
});

describe('what there is', () => {
  it('is found as soon as it is made, changed and gone', async () => {
    await desk.sql('create table lib_new (id int primary key)');
    const client = desk.anonymous();
    expect((await client.from('lib_new').insert({ id: 1 }).select()).data).toEqual([{ id: 1 }]);
    await desk.sql('alter table lib_new add book_id int references lib_books');
    expect(
      (await client.from('lib_new').update({ book_id: 1 }).eq('id', 1).select('id, lib_books(id)')).data,
    ).toEqual([{ id: 1, lib_books: { id: 1 } }]);
    await desk.sql('drop table lib_new');
    const gone = await client.from('lib_new').select();
    expect([gone.status, gone.error?.code]).toEqual([404, 'PGRST205']);
  });

  it('is told apart from what there isn’t', async () => {
    expect(await call('/lib_bookz')).toMatchObject({
      status: 404,
      body: {
        code: 'PGRST205',
        details: null,
        hint: "Perhaps you meant the table 'public.lib_books'",
        message: "Could not find the table 'public.lib_bookz' in the schema cache",
      },
    });
    expect(await call('/lib_books/1')).toMatchObject({
      status: 404,
      body: { code: 'PGRST125', message: 'Invalid path specified in request URL' },
    });
  });
});

describe('schemas', () => {
  it('are chosen by profile and only among the exposed', async () => {
    const chosen = await call('/lib_tags?limit=0', { headers: { 'accept-profile': 'public' } });
    expect([chosen.status, chosen.headers.get('content-profile')]).toEqual([200, 'public']);
    const { error, status } = await desk.admin.schema('auth').from('users').select();
    expect([status, { ...error }]).toMatchObject([
      406,
      {
        code: 'PGRST106',
        details: null,
        hint: 'Only the following schemas are exposed: public, graphql_public',
        message: 'Invalid schema: auth',
      },
    ]);
    const written = await desk.admin.schema('auth').from('users').insert({});
    expect(written.error?.code).toBe('PGRST106');
  });
});

describe('what isn’t spoken', () => {
  it.each([
    ['/', {}, 501, 'PGRST127'],
    ['/lib_tags', { method: 'PUT', body: '{}' }, 501, 'PGRST127'],
    [
      '/lib_tags',
      { method: 'POST', body: 'id\n1', headers: { 'content-type': 'text/csv' } },
      501,
      'PGRST127',
    ],
    ['/lib_tags', { method: 'POST', body: 'x', headers: { 'content-type': 'text/html' } }, 400, 'PGRST102'],
    ['/lib_tags', { method: 'PURGE' }, 405, 'PGRST117'],
    ['/lib_tags', { headers: { accept: 'application/vnd.pgrst.plan+json' } }, 406, 'PGRST107'],
    ['/lib_tags', { headers: { accept: 'text/html' } }, 406, 'PGRST107'],
    ['/lib_tags', { headers: { prefer: 'handling=strict, nonsense' } }, 400, 'PGRST122'],
  ] as [string, RequestInit, number, string][])('%s %o', async (path, init, status, code) => {
    expect(await call(path, init)).toMatchObject({ status, body: { code } });
  });

  it('is not made up for a media type that can’t be had', async () => {
    expect((await call('/lib_tags', { headers: { accept: 'text/html' } })).body).toEqual({
      code: 'PGRST107',
      details: null,
      hint: null,
      message: 'None of these media types are available: text/html',
    });
    const preferred = await call('/lib_tags?limit=0', {
      headers: { accept: 'text/html;q=0.9, application/json;q=0.1' },
    });
    expect(preferred).toMatchObject({ status: 200, body: [] });
  });
});

describe('who may ask', () => {
  it('has a key, and a token that is good', async () => {
    const bearer = (token: string) => call('/lib_tags', { headers: { authorization: `Bearer ${token}` } });
    expect(await bearer('nonsense')).toMatchObject({
      status: 401,
      body: { code: 'PGRST301', details: null, hint: null, message: 'Expected 3 parts in JWT; got 1' },
    });
    const user = await desk.createUser();
    const { data } = await user.client.auth.getSession();
    const [head = '', claims = ''] = data.session?.access_token.split('.') ?? [];
    expect(await bearer(`${head}.${claims}.AAAA`)).toMatchObject({ status: 401, body: { code: 'PGRST301' } });
    expect(await call('/lib_tags', { headers: { apikey: 'sb_publishable_wrong' } })).toMatchObject({
      status: 401,
    });
  });
});

describe('size', () => {
  it('of a body is limited', async () => {
    const { status } = await call('/lib_tags', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 900, tag: 'x'.repeat(1024 * 1024) }),
    });
    expect(status).toBe(413);
  });

  it('of an answer is limited', async () => {
    const answer = await desk.anonymous().rpc('lib_numbers', { upto: 1500 }, { count: 'exact' });
    expect(answer.data).toHaveLength(1000);
    expect(answer.count).toBe(1500);
  });
});

describe('many at once', () => {
  it('each have their own role, answer and transaction', async () => {
    const users = await Promise.all([desk.createUser(), desk.createUser()]);
    const calls = Array.from({ length: 60 }, async (_, n) => {
      const user = users[n % 3];
      const client = user?.client ?? desk.anonymous();
      if (n % 4 === 0) await client.rpc('lib_fail', { state: 'P0001', message: `${n}` });
      const answer = await client.rpc('lib_context');
      return [(answer.data as { uid: string | null }).uid, user?.id ?? null];
    });
    for (const [found, expected] of await Promise.all(calls)) expect(found).toBe(expected);
  });
});
