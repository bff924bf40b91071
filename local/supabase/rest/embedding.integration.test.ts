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

describe('embedding', () => {
  it('gives an object for one, an array for many, through a foreign key or a junction', async () => {
    const { data, error } = await from('lib_books')
      .select('id, lib_authors(name), lib_copies(shelf), lib_covers(colour), lib_tags(tag)')
      .lte('id', 3)
      .order('id')
      .order('shelf', { referencedTable: 'lib_copies', ascending: false })
      .order('tag', { referencedTable: 'lib_tags' });
    expect(error).toBeNull();
    expect(data).toEqual([
      {
        id: 1,
        lib_authors: { name: 'Ursula' },
        lib_copies: [{ shelf: 'b' }, { shelf: 'a' }],
        lib_covers: { colour: 'red' },
        lib_tags: [{ tag: 'space' }, { tag: 'utopia' }],
      },
      {
        id: 2,
        lib_authors: { name: 'Stanisław' },
        lib_copies: [{ shelf: 'a' }],
        lib_covers: { colour: 'blue' },
        lib_tags: [{ tag: 'space' }],
      },
      { id: 3, lib_authors: { name: 'Ursula' }, lib_copies: [], lib_covers: null, lib_tags: [] },
    ]);
  });

  it('nests, renames, filters and limits at each level', async () => {
    const { data } = await from('lib_authors')
      .select('name, works:lib_books(title, copies:lib_copies(shelf))')
      .eq('id', 1)
      .gt('works.id', 0)
      .order('id', { referencedTable: 'works' })
      .limit(1, { referencedTable: 'works' })
      .order('id', { referencedTable: 'works.copies', ascending: false })
      .limit(1, { referencedTable: 'works.copies' });
    expect(data).toEqual([
      { name: 'Ursula', works: [{ title: 'The Dispossessed', copies: [{ shelf: 'b' }] }] },
    ]);
  });

  it('leaves rows out by an inner join, or by whether anything is embedded', async () => {
    const inner = await from('lib_authors')
      .select('id, lib_books!inner(title)', { count: 'exact' })
      .ilike('lib_books.title', '%heaven');
    expect(inner).toMatchObject({
      data: [{ id: 1, lib_books: [{ title: 'The Lathe of Heaven' }] }],
      count: 1,
    });
    const without = await from('lib_authors')
      .select('id, lib_books()', { count: 'exact' })
      .is('lib_books', null);
    expect(without).toMatchObject({ data: [{ id: 3 }], count: 1 });
    const having = await from('lib_books')
      .select('id, lib_covers!inner(colour)')
      .eq('lib_covers.colour', 'red');
    expect(having.data).toEqual([{ id: 1, lib_covers: { colour: 'red' } }]);
    const either = await from('lib_books')
      .select('id, lib_authors()')
      .or('lib_authors.is.null,id.eq.2')
      .order('id');
    expect(either.data).toEqual([{ id: 2 }, { id: 4 }]);
  });

  it('spreads columns into the parent', async () => {
    const { data } = await from('lib_books')
      .select('id, ...lib_authors(author:name), ...lib_tags(tag)')
      .lte('id', 2)
      .order('id');
    expect(data).toEqual([
      { id: 1, author: 'Ursula', tag: ['space', 'utopia'] },
      { id: 2, author: 'Stanisław', tag: ['space'] },
    ]);
  });

  it('orders by a column of a to-one relation only', async () => {
    const { data } = await from('lib_books')
      .select('id, lib_authors(name)')
      .lte('id', 2)
      .order('lib_authors(name)', { ascending: true });
    expect(data).toMatchObject([{ id: 2 }, { id: 1 }]);
    const many = await from('lib_authors').select('id, lib_books(id)').order('lib_books(id)');
    expect(many.error).toMatchObject({
      code: 'PGRST118',
      message: "A related order on 'lib_books' is not possible",
      details: "'lib_authors' and 'lib_books' do not form a many-to-one or one-to-one relationship",
    });
  });

  it('finds a way by the name of a foreign key, of a column and of the other side', async () => {
    const byKey = await from('lib_loans')
      .select('id, lender:lib_people!lib_loans_lender(name), borrower:lib_people!borrower_id(name)')
      .single();
    expect(byKey.data).toEqual({ id: 1, lender: { name: 'Ann' }, borrower: { name: 'Bob' } });
    const byColumn = await from('lib_loans').select('lender_id(name)').single();
    expect(byColumn.data).toEqual({ lender_id: { name: 'Ann' } });
    const back = await from('lib_people').select('name, lib_loans!lib_loans_borrower(id)').order('id');
    expect(back.data).toEqual([
      { name: 'Ann', lib_loans: [] },
      { name: 'Bob', lib_loans: [{ id: 1 }] },
    ]);
    const tree = await from('lib_folders')
      .select('name, parent_id(name), lib_folders(name)')
      .eq('id', 2)
      .single();
    expect(tree.data).toEqual({
      name: 'child',
      parent_id: { name: 'root' },
      lib_folders: [{ name: 'grandchild' }],
    });
  });

  it('is refused when there are several ways or none', async () => {
    const several = await from('lib_loans').select('lib_people(name)');
    expect(several.status).toBe(300);
    expect({ ...several.error }).toMatchObject({
      code: 'PGRST201',
      message:
        "Could not embed because more than one relationship was found for 'lib_loans' and 'lib_people'",
      details: [
        {
          cardinality: 'many-to-one',
          embedding: 'lib_loans with lib_people',
          relationship: 'lib_loans_borrower using lib_loans(borrower_id) and lib_people(id)',
        },
        {
          cardinality: 'many-to-one',
          embedding: 'lib_loans with lib_people',
          relationship: 'lib_loans_lender using lib_loans(lender_id) and lib_people(id)',
        },
      ],
      hint: "Try changing 'lib_people' to one of the following: 'lib_people!lib_loans_borrower', 'lib_people!lib_loans_lender'. Find the desired relationship in the 'details' key.",
    });
    const none = await from('lib_books').select('lib_tagz(tag)');
    expect(none.status).toBe(400);
    expect({ ...none.error }).toMatchObject({
      code: 'PGRST200',
      message: "Could not find a relationship between 'lib_books' and 'lib_tagz' in the schema cache",
      details:
        "Searched for a foreign key relationship between 'lib_books' and 'lib_tagz' in the schema 'public', but no matches were found.",
      hint: "Perhaps you meant 'lib_tags' instead of 'lib_tagz'.",
    });
  });

  it('refuses aggregates, as Supabase does', async () => {
    const { error } = await from('lib_books').select('price.sum()');
    expect(error).toMatchObject({ code: 'PGRST123', message: 'Use of aggregate functions is not allowed' });
  });
});
