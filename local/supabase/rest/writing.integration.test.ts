import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDesk } from '../testing.ts';
import type { TestDesk } from '../testing.ts';
import { createLibrary, dropLibrary } from './test-tables.ts';

let desk: TestDesk;
const from = (table: string) => desk.admin.from(table);

beforeAll(async () => {
  desk = await createTestDesk();
  await createLibrary(desk);
});

afterAll(async () => {
  await dropLibrary(desk);
  await desk.stop();
});

beforeEach(async () => {
  await desk.sql('delete from lib_copies where id >= 100; delete from lib_tags where id >= 100');
});

describe('insert', () => {
  it('says nothing but that it is done', async () => {
    const { data, error, status } = await from('lib_tags').insert({ id: 100, tag: 'new' });
    expect({ data, error, status }).toEqual({ data: null, error: null, status: 201 });
    expect(await desk.sql('select * from lib_tags where id = 100')).toEqual([{ id: 100, tag: 'new' }]);
  });

  it('gives the rows written with what hangs on them', async () => {
    const one = await from('lib_copies')
      .insert({ book_id: 3, shelf: 'z' })
      .select('shelf, lib_books(title, lib_authors(name))')
      .single();
    expect(one).toMatchObject({
      status: 201,
      data: { shelf: 'z', lib_books: { title: 'The Lathe of Heaven', lib_authors: { name: 'Ursula' } } },
    });
    const several = await from('lib_tags')
      .insert(
        [
          { id: 101, tag: 'a' },
          { id: 102, tag: 'b' },
        ],
        { count: 'exact' },
      )
      .select();
    expect(several).toMatchObject({
      count: 2,
      data: [
        { id: 101, tag: 'a' },
        { id: 102, tag: 'b' },
      ],
    });
  });

  it('takes missing values as null, or as the default when asked', async () => {
    const rows = [
      { id: 110, book_id: 3, shelf: 'q' },
      { id: 111, book_id: 3 },
    ];
    const nulls = await from('lib_copies').insert(rows).select('shelf');
    expect(nulls.data).toEqual([{ shelf: 'q' }, { shelf: null }]);
    await desk.sql('delete from lib_copies where id >= 100');
    const defaults = await from('lib_copies').insert(rows, { defaultToNull: false }).select('shelf');
    expect(defaults.data).toEqual([{ shelf: 'q' }, { shelf: 'new' }]);
    const empty = await from('lib_copies').insert({}).select();
    expect(empty.error).toMatchObject({ code: '23502' });
  });

  it('rolls back when one object was asked for and several came', async () => {
    const { error, status } = await from('lib_tags')
      .insert([
        { id: 120, tag: 'a' },
        { id: 121, tag: 'b' },
      ])
      .select()
      .single();
    expect([status, error?.code, error?.details]).toEqual([406, 'PGRST116', 'The result contains 2 rows']);
    expect(await desk.sql('select * from lib_tags where id >= 120')).toEqual([]);
  });

  it('tells where the new row is', async () => {
    const response = await fetch(`${desk.url}/rest/v1/lib_tags`, {
      method: 'POST',
      headers: { apikey: desk.secretKey, prefer: 'return=headers-only', 'content-type': 'application/json' },
      body: '{"id":130,"tag":"x"}',
    });
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      201,
      '/lib_tags?id=eq.130',
      '',
    ]);
  });

  it.each([
    ['{"id":1', { code: 'PGRST102', message: 'Empty or invalid json' }],
    ['', { code: 'PGRST102', message: 'Empty or invalid json' }],
    ['[{"id":140},{"id":141,"tag":"x"}]', { code: 'PGRST102', message: 'All object keys must match' }],
    [
      '{"id":140,"label":"x"}',
      { code: 'PGRST204', message: "Could not find the 'label' column of 'lib_tags' in the schema cache" },
    ],
  ])('refuses %s', async (body, expected) => {
    const response = await fetch(`${desk.url}/rest/v1/lib_tags`, {
      method: 'POST',
      headers: { apikey: desk.secretKey, 'content-type': 'application/json' },
      body,
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { details: null, hint: null, ...expected },
    ]);
  });

  it('passes on what constraints refuse', async () => {
    const twice = await from('lib_tags').insert({ id: 1, tag: 'again' });
    expect(twice.status).toBe(409);
    expect({ ...twice.error }).toMatchObject({
      code: '23505',
      details: 'Key (id)=(1) already exists.',
      hint: null,
      message: 'duplicate key value violates unique constraint "lib_tags_pkey"',
    });
    const orphan = await from('lib_copies').insert({ book_id: 99 });
    expect([orphan.status, orphan.error?.code]).toEqual([409, '23503']);
    const unchecked = await from('lib_covers').insert({ book_id: 3, colour: '' });
    expect([unchecked.status, unchecked.error?.code]).toEqual([400, '23514']);
    const untyped = await from('lib_tags').insert({ id: 'x' });
    expect([untyped.status, untyped.error?.code]).toEqual([400, '22P02']);
  });
});

describe('upsert', () => {
  it('merges by the primary key, or by the columns named', async () => {
    const fresh = await from('lib_tags').upsert({ id: 200, tag: 'one' }).select().single();
    expect([fresh.status, fresh.data]).toEqual([201, { id: 200, tag: 'one' }]);
    const merged = await from('lib_tags').upsert({ id: 200, tag: 'two' }).select().single();
    expect([merged.status, merged.data]).toEqual([200, { id: 200, tag: 'two' }]);
    const named = await from('lib_copies')
      .upsert({ book_id: 1, shelf: 'a' }, { onConflict: 'book_id,shelf' })
      .select('id');
    expect(named).toMatchObject({ status: 200, data: [{ id: 1 }] });
  });

  it('leaves what is there when asked', async () => {
    const { data } = await from('lib_tags')
      .upsert(
        [
          { id: 1, tag: 'changed' },
          { id: 201, tag: 'added' },
        ],
        { ignoreDuplicates: true },
      )
      .select();
    expect(data).toEqual([{ id: 201, tag: 'added' }]);
    expect(await desk.sql('select tag from lib_tags where id = 1')).toEqual([{ tag: 'space' }]);
  });
});

describe('update', () => {
  it('says nothing, or gives the rows changed', async () => {
    await desk.sql(`insert into lib_tags values (300, 'a'), (301, 'b')`);
    const silent = await from('lib_tags').update({ tag: 'c' }, { count: 'exact' }).gte('id', 300);
    expect(silent).toMatchObject({ data: null, status: 204, count: 2, error: null });
    const shown = await from('lib_tags').update({ tag: 'd' }).eq('tag', 'c').eq('id', 300).select('tag');
    expect(shown).toMatchObject({ data: [{ tag: 'd' }], status: 200 });
    const none = await from('lib_tags').update({ tag: 'e' }).eq('id', 999).select();
    expect(none).toMatchObject({ data: [], status: 200 });
    const nothing = await from('lib_tags').update({}).eq('id', 300).select();
    expect(nothing).toMatchObject({ data: [], status: 200 });
  });

  it('gives the new row with what it now hangs on', async () => {
    await desk.sql(`insert into lib_copies (id, book_id) values (310, 1)`);
    const { data } = await from('lib_copies')
      .update({ book_id: 2 })
      .eq('id', 310)
      .select('lib_books(title)')
      .single();
    expect(data).toEqual({ lib_books: { title: 'Solaris' } });
  });

  it('rolls back when it isn’t one, or more than may be', async () => {
    await desk.sql(`insert into lib_tags values (320, 'a'), (321, 'a')`);
    const single = await from('lib_tags').update({ tag: 'b' }).eq('tag', 'a').select().single();
    expect(single.error).toMatchObject({ code: 'PGRST116', details: 'The result contains 2 rows' });
    const limited = await from('lib_tags')
      .update({ tag: 'b' })
      .eq('tag', 'a')
      .setHeader('prefer', 'handling=strict, max-affected=1');
    expect(limited.status).toBe(400);
    expect(limited.error).toMatchObject({
      code: 'PGRST124',
      details: 'The query affects 2 rows',
      message: 'Query result exceeds max-affected preference constraint',
    });
    expect(await desk.sql('select distinct tag from lib_tags where id >= 320')).toEqual([{ tag: 'a' }]);
  });
});

describe('delete', () => {
  it('says nothing, or gives the rows that were', async () => {
    await desk.sql(`insert into lib_tags values (400, 'a'), (401, 'b')`);
    const shown = await from('lib_tags').delete().eq('id', 400).select();
    expect(shown).toMatchObject({ data: [{ id: 400, tag: 'a' }], status: 200 });
    const silent = await from('lib_tags').delete({ count: 'exact' }).in('id', [400, 401]);
    expect(silent).toMatchObject({ data: null, status: 204, count: 1 });
  });

  it('refuses to change everything unasked', async () => {
    const all = await from('lib_copies').delete();
    expect([all.status, { ...all.error }]).toMatchObject([
      400,
      { code: '21000', details: null, hint: null, message: 'DELETE requires a WHERE clause' },
    ]);
    const every = await from('lib_copies').update({ shelf: 'x' });
    expect(every.error).toMatchObject({ code: '21000', message: 'UPDATE requires a WHERE clause' });
  });
});

describe('row level security', () => {
  it('is PostgreSQL’s own, for whoever the token names', async () => {
    const [ann, bob] = await Promise.all([desk.createUser(), desk.createUser()]);
    const written = await ann.client.from('lib_private').insert({ id: 1, note: 'mine' }).select().single();
    expect(written.data).toEqual({ id: 1, owner: ann.id, note: 'mine' });
    expect((await ann.client.from('lib_private').select('note')).data).toEqual([{ note: 'mine' }]);
    expect((await bob.client.from('lib_private').select('note')).data).toEqual([]);
    expect((await bob.client.from('lib_private').update({ note: 'his' }).eq('id', 1).select()).data).toEqual(
      [],
    );
    const forged = await bob.client.from('lib_private').insert({ id: 2, owner: ann.id });
    expect([forged.status, { ...forged.error }]).toMatchObject([
      403,
      {
        code: '42501',
        details: null,
        hint: null,
        message: 'new row violates row-level security policy for table "lib_private"',
      },
    ]);
    const nobody = await desk.anonymous().from('lib_private').select();
    expect([nobody.status, nobody.error?.code, nobody.error?.message]).toEqual([
      401,
      '42501',
      'permission denied for table lib_private',
    ]);
    expect((await desk.admin.from('lib_private').select('owner')).data).toEqual([{ owner: ann.id }]);
  });
});
