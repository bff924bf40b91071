import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDesk } from '../testing.ts';
import type { TestDesk } from '../testing.ts';
import { createLibrary, dropLibrary } from './test-tables.ts';

let desk: TestDesk;
const rpc = (name: string, args?: object, options?: { get?: boolean; head?: boolean; count?: 'exact' }) =>
  desk.anonymous().rpc(name, args, options);
const call = (path: string, init: RequestInit = {}) =>
  fetch(`${desk.url}/rest/v1${path}`, {
    ...init,
    headers: { apikey: desk.publishableKey, ...(init.headers as Record<string, string>) },
  });

beforeAll(async () => {
  desk = await createTestDesk();
  await createLibrary(desk);
});

afterAll(async () => {
  await dropLibrary(desk);
  await desk.stop();
});

describe('calling a function', () => {
  it('gives a value, by POST and by GET, with defaults', async () => {
    expect(await rpc('lib_add', { a: 1, b: 2 })).toMatchObject({ data: 3, status: 200, error: null });
    expect((await rpc('lib_add', { a: 1 })).data).toBe(11);
    expect((await rpc('lib_add', { a: 1, b: 2 }, { get: true })).data).toBe(3);
    expect((await rpc('lib_sum', { numbers: [1, 2, 3] })).data).toBe(6);
    expect(await (await call('/rpc/lib_sum?numbers=1&numbers=2')).json()).toBe(3);
    expect((await rpc('lib_echo', { any: ['thing'] })).data).toEqual({ any: ['thing'] });
  });

  it('tells nothing from null', async () => {
    expect(await rpc('lib_nothing')).toMatchObject({ data: null, status: 204, error: null });
    expect(await rpc('lib_null')).toMatchObject({ data: null, status: 200, error: null });
    expect(await (await call('/rpc/lib_null')).text()).toBe('null');
  });

  it('gives sets of values, rows of tables and columns of its own', async () => {
    expect((await rpc('lib_numbers', { upto: 3 })).data).toEqual([1, 2, 3]);
    expect((await rpc('lib_pairs')).data).toEqual([
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
      { k: 'c', v: 3 },
    ]);
    expect((await rpc('lib_out')).data).toEqual({ x: 1, y: 'z' });
    expect((await rpc('lib_book', { book: 2 }).select('id,title')).data).toEqual({ id: 2, title: 'Solaris' });
  });

  it('can be selected from, filtered, ordered, limited, counted and embedded in', async () => {
    const answer = await rpc('lib_books_by', { author: 1 }, { count: 'exact' })
      .select('id, lib_authors(name), lib_tags(tag)')
      .gt('id', 0)
      .order('id', { ascending: false })
      .limit(1);
    expect(answer).toMatchObject({
      data: [{ id: 3, lib_authors: { name: 'Ursula' }, lib_tags: [] }],
      count: 2,
    });
    const one = await rpc('lib_pairs').select('v').eq('k', 'b').single();
    expect(one.data).toEqual({ v: 2 });
    const several = await rpc('lib_pairs').single();
    expect(several.error).toMatchObject({ code: 'PGRST116', details: 'The result contains 3 rows' });
    const head = await rpc('lib_pairs', {}, { head: true, count: 'exact' });
    expect(head).toMatchObject({ data: null, count: 3, status: 200 });
  });

  it('writes by POST only', async () => {
    const renamed = await desk.admin.rpc('lib_rename', { book: 2, title: 'Solaris' }).select('title');
    expect(renamed.data).toEqual({ title: 'Solaris' });
    const byGet = await desk.admin.rpc('lib_rename', { book: 2, title: 'x' }, { get: true });
    expect([byGet.status, byGet.error?.code, byGet.error?.message]).toEqual([
      405,
      '25006',
      'cannot execute UPDATE in a read-only transaction',
    ]);
    const put = await call('/rpc/lib_add', { method: 'PUT' });
    expect([put.status, await put.json()]).toMatchObject([
      405,
      { code: 'PGRST101', message: 'Cannot use the PUT method on RPC' },
    ]);
  });

  it('knows who calls and how', async () => {
    const user = await desk.createUser();
    const answer = await user.client.rpc('lib_context').setHeader('x-test', 'yes');
    expect(answer.data).toEqual({
      role: 'authenticated',
      uid: user.id,
      method: 'POST',
      path: '/rpc/lib_context',
      header: 'yes',
      claimed: 'authenticated',
    });
    expect((await rpc('lib_context')).data).toMatchObject({ role: 'anon', uid: null });
    expect((await desk.admin.rpc('lib_context')).data).toMatchObject({ role: 'service_role' });
  });

  it('lets nobody become more than the API may be', async () => {
    const { error, status } = await desk.admin.rpc('lib_escape');
    expect([status, error?.code, error?.message]).toEqual([
      403,
      '42501',
      'permission denied to set role "postgres"',
    ]);
  });
});

describe('choosing a function', () => {
  it('goes by the names of the arguments', async () => {
    expect((await rpc('lib_both', { a: 1, b: 2 })).data).toBe('two');
    expect((await rpc('lib_both', { a: 1, b: 2, c: 3 })).data).toBe('three');
  });

  it('refuses what no function takes, with what might have been meant', async () => {
    const misspelt = await rpc('lib_ad', { a: 1 });
    expect(misspelt.status).toBe(404);
    expect({ ...misspelt.error }).toMatchObject({
      code: 'PGRST202',
      details:
        'Searched for the function public.lib_ad with parameter a or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.',
      hint: 'Perhaps you meant to call the function public.lib_add',
      message: 'Could not find the function public.lib_ad(a) in the schema cache',
    });
    const misnamed = await rpc('lib_add', { a: 1, bb: 2 });
    expect({ ...misnamed.error }).toMatchObject({
      code: 'PGRST202',
      details:
        'Searched for the function public.lib_add with parameters a, bb or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.',
      hint: 'Perhaps you meant to call the function public.lib_add(a, b)',
      message: 'Could not find the function public.lib_add(a, bb) in the schema cache',
    });
    const bare: unknown = await (await call('/rpc/zzzzzzzz')).json();
    expect(bare).toEqual({
      code: 'PGRST202',
      details:
        'Searched for the function public.zzzzzzzz without parameters, but no matches were found in the schema cache.',
      hint: null,
      message: 'Could not find the function public.zzzzzzzz without parameters in the schema cache',
    });
  });

  it('refuses to choose between equals', async () => {
    const { error, status } = await rpc('lib_vague', { a: 1 });
    expect([status, { ...error }]).toMatchObject([
      300,
      {
        code: 'PGRST203',
        details: null,
        hint: 'Try renaming the parameters or the function itself in the database so function overloading can be resolved',
        message:
          'Could not choose the best candidate function between: public.lib_vague(a => integer), public.lib_vague(a => text)',
      },
    ]);
  });
});

describe('what a function raises', () => {
  it.each([
    ['P0001', 400],
    ['PT418', 418],
    ['PT402', 402],
    ['23505', 409],
    ['23503', 409],
    ['42501', 401],
    ['22012', 400],
    ['28000', 403],
    ['40001', 500],
    ['53100', 503],
    ['54000', 500],
    ['57014', 500],
    ['58000', 500],
    ['XX000', 500],
    ['42P17', 500],
    ['P0002', 500],
    ['ZZ123', 400],
  ])('%s is answered with %i', async (state, status) => {
    const answer = await rpc('lib_fail', { state, message: 'the message' });
    expect([answer.status, { ...answer.error }]).toMatchObject([
      status,
      { code: state, details: 'the detail', hint: 'the hint', message: 'the message' },
    ]);
  });

  it('is the reason phrase of a status of its own', async () => {
    const answer = await rpc('lib_fail', { state: 'PT429', message: 'Slow down' });
    expect([answer.status, answer.statusText]).toEqual([429, 'Slow down']);
  });

  it('is 403 for somebody who lacks a privilege', async () => {
    const user = await desk.createUser();
    expect((await user.client.rpc('lib_fail', { state: '42501', message: 'no' })).status).toBe(403);
  });

  it('can be the whole response', async () => {
    const response = await call('/rpc/lib_pgrst', { method: 'POST' });
    expect([response.status, response.headers.get('x-powered-by'), await response.json()]).toEqual([
      402,
      'Nerd Rage',
      { code: '123', details: 'Pay', hint: 'Now', message: 'Payment needed' },
    ]);
    const broken = await rpc('lib_fail', { state: 'PGRST', message: 'no JSON' });
    expect([broken.status, broken.error?.code, broken.error?.details]).toEqual([
      500,
      'PGRST121',
      "Invalid JSON value for MESSAGE: 'no JSON'",
    ]);
  });

  it('can set the status and headers of a success', async () => {
    const response = await call('/rpc/lib_created', { method: 'POST' });
    expect([response.status, response.headers.get('x-made'), await response.json()]).toEqual([
      201,
      'yes',
      'made',
    ]);
  });

  it('is a timeout when it takes too long', async () => {
    const { status, error } = await rpc('lib_slow');
    expect([status, { ...error }]).toMatchObject([
      500,
      { code: '57014', details: null, hint: null, message: 'canceling statement due to statement timeout' },
    ]);
  });
});
