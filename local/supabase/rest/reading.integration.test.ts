import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDesk } from '../testing.ts';
import type { TestDesk } from '../testing.ts';
import { createLibrary, dropLibrary } from './test-tables.ts';

let desk: TestDesk;
const from = (table: string) => desk.anonymous().from(table);

beforeAll(async () => {
  desk = await createTestDesk();
  await createLibrary(desk);
});

afterAll(async () => {
  await dropLibrary(desk);
  await desk.stop();
});

/** The ids that `filter` leaves, and the refusal if there is one. */
async function books(search: string): Promise<unknown> {
  const response = await fetch(`${desk.url}/rest/v1/lib_books?select=id&order=id&${search}`, {
    headers: { apikey: desk.publishableKey },
  });
  const body: unknown = await response.json();
  return Array.isArray(body) ? body.map((row: { id: number }) => row.id) : body;
}

describe('columns', () => {
  it('are what PostgreSQL makes of them', async () => {
    const { data, error, status } = await from('lib_books')
      .select('id, title, author_id, price, published, pages, labels, meta')
      .eq('id', 1);
    expect({ error, status }).toEqual({ error: null, status: 200 });
    expect(data).toEqual([
      {
        id: 1,
        title: 'The Dispossessed',
        author_id: 1,
        price: 9.5,
        published: '1974-05-01T12:00:00+00:00',
        pages: '[1,341)',
        labels: ['sf', 'classic'],
        meta: { isbn: '1', prints: [{ year: 1974 }] },
      },
    ]);
  });

  it('can be all, renamed, cast and reached into', async () => {
    const { data } = await from('lib_books')
      .select(
        'number:id::text, published::date, isbn:meta->>isbn, meta->prints->0->year, when:meta->prints->0',
      )
      .in('id', [1, 2])
      .order('id');
    expect(data).toEqual([
      { number: '1', published: '1974-05-01', isbn: '1', year: 1974, when: { year: 1974 } },
      { number: '2', published: '1961-01-01', isbn: '2', year: null, when: null },
    ]);
    const all = await from('lib_authors').select().eq('id', 2);
    expect(all.data).toEqual([{ id: 2, name: 'Stanisław', born: null }]);
  });

  it('leave out nulls, or become CSV, when asked', async () => {
    const stripped = await from('lib_authors').select().eq('id', 2).stripNulls();
    expect(stripped.data).toEqual([{ id: 2, name: 'Stanisław' }]);
    const single = await from('lib_authors').select().eq('id', 2).stripNulls().single();
    expect(single.data).toEqual({ id: 2, name: 'Stanisław' });
    const csv = await from('lib_books').select('id,title').gte('id', 3).order('id').csv();
    expect(csv.data).toBe('id,title\n3,"The Lathe of Heaven"\n4,"Quotes, ""and"" (brackets)"');
  });
});

describe('filters', () => {
  it.each([
    ['id=eq.2', [2]],
    ['id=neq.2', [1, 3, 4]],
    ['id=gt.2', [3, 4]],
    ['id=gte.2', [2, 3, 4]],
    ['id=lt.2', [1]],
    ['id=lte.2', [1, 2]],
    ['title=like.The*', [1, 3]],
    ['title=ilike.the*', [1, 3]],
    ['title=like(any).{Sol*,*Heaven}', [2, 3]],
    ['title=ilike(all).{the*,*of*}', [3]],
    ['title=match.^S', [2]],
    ['title=imatch.^s', [2]],
    ['id=in.(1,4)', [1, 4]],
    ['id=in.()', []],
    ['title=in.("Quotes, \\"and\\" (brackets)",Solaris)', [2, 4]],
    ['author_id=is.null', [4]],
    ['author_id=not.is.null', [1, 2, 3]],
    ['author_id=is.not_null', [1, 2, 3]],
    ['author_id=isdistinct.1', [2, 4]],
    ['id=eq(any).{1,3}', [1, 3]],
    ['words=fts.dispossess', [1]],
    ['words=plfts(english).lathe heaven', [3]],
    ['title=phfts(english).lathe of heaven', [3]],
    ['title=wfts.solaris or heaven', [2, 3]],
    ['labels=cs.{sf}', [1, 2]],
    ['labels=cd.{sf}', [2, 4]],
    ['labels=ov.{classic,new}', [1]],
    ['meta=cs.{"isbn":"2"}', [2]],
    ['pages=sl.[400,500)', [1, 2, 4]],
    ['pages=sr.[0,1)', [1, 2, 4]],
    ['pages=nxr.[1,204)', [2, 4]],
    ['pages=nxl.[5,9)', [4]],
    ['pages=adj.[20,30)', [4]],
    ['meta->>isbn=eq.1', [1]],
    ['meta->prints->0->>year=eq.1974', [1]],
    ['or=(id.eq.1,and(title.like.S*,price.gt.5))', [1, 2]],
    ['and=(id.gt.1,or(id.eq.2,title.eq."Quotes, \\"and\\" (brackets)"))', [2, 4]],
    ['or=(id.not.in.(1,2,3),labels.cs.{sf,classic})', [1, 4]],
    ['not.or=(id.eq.1,id.eq.2)', [3, 4]],
    ['or=(id.eq.1,not.and(id.lt.4,id.gt.0))', [1, 4]],
  ])('%s', async (search, expected) => {
    expect(await books(encodeURI(search))).toEqual(expected);
  });

  it('are what supabase-js writes', async () => {
    const found = await from('lib_books')
      .select('id')
      .or('id.eq.1,title.ilike.%heaven')
      .not('id', 'in', '(1)')
      .textSearch('words', 'heaven', { type: 'plain', config: 'english' });
    expect(found.data).toEqual([{ id: 3 }]);
  });

  it('that make no sense are refused as PostgreSQL or the grammar does', async () => {
    expect(await books('id=eq.x')).toEqual({
      code: '22P02',
      details: null,
      hint: null,
      message: 'invalid input syntax for type integer: "x"',
    });
    expect(await books('nothing=eq.1')).toEqual({
      code: '42703',
      details: null,
      hint: null,
      message: 'column lib_books.nothing does not exist',
    });
    expect(await books('id=is.1')).toMatchObject({
      code: 'PGRST100',
      message: '"failed to parse filter (is.1)" (line 1, column 4)',
    });
    expect(await books('authors.id=eq.1')).toEqual({
      code: 'PGRST108',
      details: null,
      hint: "Verify that 'authors' is included in the 'select' query parameter.",
      message: "'authors' is not an embedded resource in this request",
    });
  });
});

describe('order, limits and counts', () => {
  it('orders by several columns, nulls where they are wanted, and JSON', async () => {
    const byAuthor = await from('lib_books')
      .select('id')
      .order('author_id', { ascending: false, nullsFirst: false })
      .order('id', { ascending: false });
    expect(byAuthor.data).toEqual([{ id: 2 }, { id: 3 }, { id: 1 }, { id: 4 }]);
    const nullsFirst = await from('lib_books').select('id').order('price', { nullsFirst: true }).limit(2);
    expect(nullsFirst.data).toEqual([{ id: 3 }, { id: 4 }]);
    const byJson = await from('lib_books')
      .select('id')
      .order('meta->>isbn', { ascending: false, nullsFirst: false })
      .limit(1);
    expect(byJson.data).toEqual([{ id: 2 }]);
  });

  it('counts all while giving some', async () => {
    const page = await from('lib_books').select('id', { count: 'exact' }).order('id').range(1, 2);
    expect(page).toMatchObject({ data: [{ id: 2 }, { id: 3 }], count: 4, status: 206 });
    const head = await from('lib_books').select('*', { count: 'exact', head: true }).gt('id', 1);
    expect(head).toMatchObject({ data: null, count: 3, status: 200, error: null });
    const planned = await from('lib_books').select('id', { count: 'planned' });
    expect(planned.count).toBeGreaterThan(0);
    const estimated = await from('lib_books').select('id', { count: 'estimated' }).eq('id', 1);
    expect(estimated).toMatchObject({ count: 1, status: 200 });
  });

  it('says which rows it gives', async () => {
    const ranged = (headers: Record<string, string>, search = '') =>
      fetch(`${desk.url}/rest/v1/lib_books?select=id&order=id${search}`, {
        headers: { apikey: desk.publishableKey, ...headers },
      });
    const some = await ranged({ range: '1-2' });
    expect([some.status, some.headers.get('content-range'), await some.json()]).toEqual([
      200,
      '1-2/*',
      [{ id: 2 }, { id: 3 }],
    ]);
    const none = await ranged({ prefer: 'count=exact' }, '&limit=0');
    expect([none.status, none.headers.get('content-range')]).toEqual([206, '*/4']);
    const beyond = await ranged({ prefer: 'count=exact' }, '&offset=5');
    expect([beyond.status, beyond.headers.get('content-range'), await beyond.json()]).toEqual([
      416,
      '*/4',
      {
        code: 'PGRST103',
        details: 'An offset of 5 was requested, but there are only 4 rows.',
        hint: null,
        message: 'Requested range not satisfiable',
      },
    ]);
    expect(await (await ranged({ range: '3-1' })).json()).toMatchObject({
      code: 'PGRST103',
      details: 'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
    });
    expect(await (await ranged({}, '&limit=-1')).json()).toMatchObject({
      code: 'PGRST103',
      details: 'Limit should be greater than or equal to zero.',
    });
  });
});

describe('preferences', () => {
  it('are heard and confirmed', async () => {
    const response = await fetch(`${desk.url}/rest/v1/lib_books?select=published&id=eq.1`, {
      headers: { apikey: desk.publishableKey, prefer: 'timezone=America/New_York, count=exact, tx=rollback' },
    });
    expect([response.headers.get('preference-applied'), await response.json()]).toEqual([
      'count=exact, timezone=America/New_York',
      [{ published: '1974-05-01T08:00:00-04:00' }],
    ]);
  });
});

describe('single', () => {
  it('is one object', async () => {
    const one = await from('lib_authors').select('name').eq('id', 1).single();
    expect(one).toMatchObject({ data: { name: 'Ursula' }, status: 200 });
    const maybe = await from('lib_authors').select('name').eq('id', 9).maybeSingle();
    expect(maybe).toMatchObject({ data: null, error: null });
  });

  it('is refused for none and for several', async () => {
    const none = await from('lib_authors').select('name').eq('id', 9).single();
    expect(none.status).toBe(406);
    expect({ ...none.error }).toMatchObject({
      code: 'PGRST116',
      details: 'The result contains 0 rows',
      hint: null,
      message: 'Cannot coerce the result to a single JSON object',
    });
    const several = await from('lib_authors').select('name').single();
    expect(several.error).toMatchObject({ code: 'PGRST116', details: 'The result contains 3 rows' });
    const maybe = await from('lib_authors').select('name').maybeSingle();
    expect(maybe.error).toMatchObject({ code: 'PGRST116' });
  });
});
