import { randomUUID } from 'node:crypto';
import type { RealtimeChannel, RealtimePostgresChangesPayload, SupabaseClient } from '@supabase/supabase-js';
import { createClient, REALTIME_SUBSCRIBE_STATES } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { TestDesk, TestUser } from '../testing.ts';
import { createTestDesk } from '../testing.ts';

const embedded = !process.env.SUPABASE_URL;
const table = `realtime_notes_${randomUUID().slice(0, 8)}`;

interface Note {
  id: string;
  owner: string;
  title: string;
  n: number | null;
}
type Change = RealtimePostgresChangesPayload<Note>;

let desk: TestDesk;
let ann: TestUser;
let bob: TestUser;

beforeAll(async () => {
  desk = await createTestDesk();
  await desk.sql(`
    create table public.${table} (
      id uuid primary key default gen_random_uuid(), owner uuid, title text, n int, big int8, amount numeric(8,2),
      done boolean, tags text[], doc jsonb, at timestamptz, body text, secret text default 'hidden',
      twice int generated always as (n * 2) stored);
    alter table public.${table} alter body set storage external;
    alter table public.${table} enable row level security;
    create policy own on public.${table} for select to authenticated using (owner = (select auth.uid()));
    revoke all on public.${table} from anon, authenticated;
    grant select (id, owner, title, n, big, amount, done, tags, doc, at, body, twice) on public.${table} to authenticated;
    grant all on public.${table} to service_role;
    alter publication supabase_realtime add table public.${table};`);
  [ann, bob] = await Promise.all([desk.createUser(), desk.createUser()]);
});
afterAll(async () => {
  if (!embedded) await desk.sql(`drop table public.${table}`);
  await desk.stop();
});

/** What has come, and a way to wait for what is to come. */
class Inbox<Item> {
  readonly items: Item[] = [];
  private readonly waiting = new Set<() => void>();

  push(item: Item): void {
    this.items.push(item);
    for (const check of this.waiting) check();
  }

  /** Resolves with the first item, come or to come, that fits. */
  async next(fits: (item: Item) => boolean): Promise<Item> {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.items.find(fits);
        if (found === undefined) return;
        this.waiting.delete(check);
        resolve(found);
      };
      this.waiting.add(check);
      check();
    });
  }
}

interface System {
  status: string;
  message: string;
  extension: string;
}

/** Subscribes to changes of the test's table and waits until they flow. */
async function listen(
  client: SupabaseClient,
  options: { filter?: string; event?: '*' | 'INSERT'; table?: string } = {},
) {
  const changes = new Inbox<Change>();
  const system = new Inbox<System>();
  const states = new Inbox<string>();
  const channel = client
    .channel(randomUUID())
    .on<Note>('postgres_changes', { event: '*' as const, schema: 'public', table, ...options }, (change) =>
      changes.push(change),
    )
    .on('system', {}, (message: System) => system.push(message))
    .subscribe((state, error) => states.push(error ? `${state}: ${error.message}` : state));
  const first = await system.next(({ extension }) => extension === 'postgres_changes');
  return { channel, changes, system, states, first };
}

async function insert(owner: string, title: string, n: number | null = null): Promise<string> {
  const rows = await desk.sql<{ id: string }>(
    `insert into public.${table} (owner, title, n) values ($1, $2, $3) returning id`,
    [owner, title, n],
  );
  return rows[0]?.id ?? '';
}

/** Joins a channel that asks for no changes. */
function joined(channel: RealtimeChannel): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.subscribe((state, error) =>
      error ? reject(error) : state === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED && resolve(),
    );
  });
}

const titled = (title: string) => (change: Change) => 'title' in change.new && change.new.title === title;
const titles = (changes: Inbox<Change>) =>
  changes.items.map(({ new: note }) => ('title' in note ? note.title : ''));

describe.each(['1.0.0', '2.0.0'])('changes over protocol %s', (vsn) => {
  it('tell each value as the REST API would', async () => {
    const { data } = await ann.client.auth.getSession();
    const client = createClient(desk.url, desk.publishableKey, {
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket, vsn },
      accessToken: () => Promise.resolve(data.session?.access_token ?? null),
    });
    await client.realtime.setAuth();
    const { changes, channel } = await listen(client);
    const body = 'x'.repeat(20_000);
    const [{ id } = { id: '' }] = await desk.sql<{ id: string }>(
      `insert into public.${table} (owner, title, n, big, amount, done, tags, doc, at, body)
       values ($1, 'Пример "1"', 7, 4503599627370497, 12.50, true, '{a,"b c"}', '{"x": [1, "2"]}',
               '2024-05-06 07:08:09.123+02', $2) returning id`,
      [ann.id, body],
    );
    const inserted = await changes.next(({ eventType }) => eventType === 'INSERT');
    expect(inserted).toEqual({
      schema: 'public',
      table,
      commit_timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      eventType: 'INSERT',
      errors: null,
      old: {},
      new: {
        ...{ id, owner: ann.id, title: 'Пример "1"', n: 7, twice: 14, big: 4503599627370497, amount: 12.5 },
        ...{
          done: true,
          tags: ['a', 'b c'],
          doc: { x: [1, '2'] },
          at: '2024-05-06T05:08:09.123+00:00',
          body,
        },
      },
    });
    // The large value stays where it is, so the WAL doesn't repeat it.
    await desk.sql(`update public.${table} set title = 'changed' where id = $1`, [id]);
    const updated = await changes.next(({ eventType }) => eventType === 'UPDATE');
    expect(updated).toMatchObject({ new: { id, title: 'changed', body, twice: 14 }, old: { id } });
    await desk.sql(`delete from public.${table} where id = $1`, [id]);
    const deleted = await changes.next(({ eventType }) => eventType === 'DELETE');
    expect(deleted).toMatchObject({ new: {}, old: { id } });
    expect(Object.keys(deleted.old)).toEqual(['id']);
    await client.removeChannel(channel);
    await client.realtime.disconnect();
  });
});

describe('filters', () => {
  it('let through what they say', async () => {
    const expected: Record<string, string[]> = {
      'n=eq.2': ['two'],
      'n=neq.2': ['one', 'three'],
      'n=lt.2': ['one'],
      'n=lte.2': ['one', 'two'],
      'n=gt.2': ['three'],
      'n=gte.2': ['two', 'three'],
      'n=in.(1,3)': ['one', 'three'],
      'title=in.(two,"three")': ['two', 'three'],
      'title=like.t%': ['two', 'three'],
      'n=not.in.(1,3)': ['two'],
      'n=gt.1,n=lt.3': ['two'],
      'n=is.null': ['none'],
    };
    const channels = await Promise.all(
      Object.keys(expected).map(async (filter) => ({ filter, ...(await listen(ann.client, { filter })) })),
    );
    const all = await listen(ann.client);
    const inserts = await listen(ann.client, { event: 'INSERT' });
    expect(channels.map(({ first }) => first.status)).toEqual(channels.map(() => 'ok'));
    for (const [title, n] of [
      ['one', 1],
      ['two', 2],
      ['three', 3],
      ['none', null],
    ] as const)
      await insert(ann.id, title, n);
    await desk.sql(
      `update public.${table} set title = 'last', n = 100000 where title = 'three' and owner = $1`,
      [ann.id],
    );
    // One stream, one connection: whoever gets the last change has got all before it.
    await all.changes.next(({ eventType }) => eventType === 'UPDATE');
    const came = channels.map(({ filter, changes }) => [
      filter,
      titles(changes).filter((title) => title !== 'last'),
    ]);
    expect(Object.fromEntries(came)).toEqual(expected);
    expect(titles(inserts.changes)).toEqual(['one', 'two', 'three', 'none']);
    await ann.client.removeAllChannels();
  });

  it('tell a generated value, an empty text and none, and a text too large to be streamed again', async () => {
    const body = 'x'.repeat(20_000);
    const filters = {
      twice: 'twice=eq.42',
      empty: 'title=eq.',
      large: `body=eq.${body}`,
      written: `owner=eq.${ann.id.toUpperCase()}`,
    };
    const [twice, empty, large, written] = await Promise.all(
      Object.values(filters).map((filter) => listen(ann.client, { filter })),
    );
    const add = `insert into public.${table} (owner, title, n, body) values`;
    // In one transaction: when the first change is judged, its row has changed already.
    await desk.sql(`do $$
      declare
        made uuid;
      begin
        ${add} ('${ann.id}', '', 21, '${body}') returning id into made;
        ${add} ('${ann.id}', null, 1, 'y');
        update public.${table} set title = 'kept', n = 1 where id = made;
        ${add} ('${ann.id}', 'last', 0, 'z');
      end $$`);
    await written!.changes.next(titled('last'));
    expect([twice, empty, large, written].map((each) => titles(each!.changes))).toEqual([
      [''],
      [''],
      ['', 'kept'],
      ['', null, 'kept', 'last'],
    ]);
    await ann.client.removeAllChannels();
  });

  it.each([
    ['of an unknown column', { filter: 'nothing=eq.1' }, /invalid column for filter nothing/],
    ['of a column that may not be read', { filter: 'secret=eq.1' }, /invalid column for filter secret/],
    ['with a value of the wrong type', { filter: 'n=eq.many' }, /invalid input syntax for type integer/],
    ['with an unknown operator', { filter: 'n=foo.1' }, /Error parsing `filter` params/],
    ['on a table that is not published', { table: 'nowhere' }, /Please check Realtime is enabled/],
  ])('%s are refused', async (_case, options, message) => {
    const { first, channel } = await listen(ann.client, options);
    expect(first.status).toBe('error');
    expect(first.message).toMatch(message);
    await ann.client.removeChannel(channel);
  });
});

describe('row level security', () => {
  it('is asked about nobody whose filter doesn’t fit', async () => {
    const counted = `${table}_counted`;
    // Each judgement takes a number, even one that is rolled back.
    await desk.sql(`
      create sequence public.${counted}_asked;
      create table public.${counted} (id uuid primary key default gen_random_uuid(), owner uuid);
      alter table public.${counted} enable row level security;
      create policy own on public.${counted} for select to authenticated
        using (case when nextval('public.${counted}_asked') > 0 then owner = (select auth.uid()) end);
      grant select on public.${counted} to authenticated;
      grant usage on sequence public.${counted}_asked to authenticated;
      alter publication supabase_realtime add table public.${counted}`);
    const asked = async () =>
      (
        await desk.sql<{ is_called: boolean; last_value: string }>(`select * from public.${counted}_asked`)
      )[0];
    const [anns] = await Promise.all([
      listen(ann.client, { table: counted, filter: `owner=eq.${ann.id}` }),
      listen(bob.client, { table: counted, filter: `owner=eq.${bob.id}` }),
    ]);
    await desk.sql(`insert into public.${counted} (owner) values ($1)`, [ann.id]);
    await anns.changes.next(() => true);
    expect(await asked()).toMatchObject({ is_called: true, last_value: '1' });
    await Promise.all([ann, bob].map(({ client }) => client.removeAllChannels()));
    await desk.sql(`drop table public.${counted}; drop sequence public.${counted}_asked`);
  });

  it('shows everybody their own rows only, and the secret key all', async () => {
    const [anns, bobs, everything] = await Promise.all([
      listen(ann.client),
      listen(bob.client),
      listen(desk.admin),
    ]);
    await insert(ann.id, 'for Ann');
    await insert(bob.id, 'for Bob');
    await Promise.all([insert(ann.id, 'end'), insert(bob.id, 'end')]);
    const [forAnn] = await Promise.all([
      anns.changes.next(titled('for Ann')),
      bobs.changes.next(titled('for Bob')),
    ]);
    await Promise.all([anns, bobs].map(({ changes }) => changes.next(titled('end'))));
    expect(titles(anns.changes)).toEqual(['for Ann', 'end']);
    expect(titles(bobs.changes)).toEqual(['for Bob', 'end']);
    expect(forAnn.new).not.toHaveProperty('secret');
    expect((await everything.changes.next(titled('for Bob'))).new).toMatchObject({ secret: 'hidden' });
    expect((await everything.changes.next(titled('for Ann'))).new).toMatchObject({ owner: ann.id });
  });

  it('keeps an update that makes a row somebody else’s from who could see it before', async () => {
    const [anns, bobs] = await Promise.all([listen(ann.client), listen(bob.client)]);
    const id = await insert(ann.id, 'given away');
    await anns.changes.next(titled('given away'));
    await desk.sql(`update public.${table} set owner = $1, title = 'got' where id = $2`, [bob.id, id]);
    await insert(ann.id, 'after');
    await bobs.changes.next(titled('got'));
    await anns.changes.next(titled('after'));
    expect(titles(anns.changes)).not.toContain('got');
  });
});

describe('a subscription', () => {
  it('ends when the user signs out', async () => {
    const user = await desk.createUser();
    const { states, system, changes } = await listen(user.client);
    // Signed out elsewhere: this client still holds its token.
    await desk.sql('delete from auth.sessions where user_id = $1', [user.id]);
    await states.next((state) => state === 'CLOSED');
    expect(system.items.at(-1)).toMatchObject({ status: 'error', extension: 'system' });
    await insert(user.id, 'too late');
    const others = await listen(desk.admin);
    await insert(user.id, 'end');
    await others.changes.next(titled('end'));
    expect(changes.items).toEqual([]);
  });

  it('ends when the user is deleted, and can’t be had again with the old token', async () => {
    const user = await desk.createUser();
    const { states } = await listen(user.client);
    const { data } = await user.client.auth.getSession();
    expect((await desk.admin.auth.admin.deleteUser(user.id)).error).toBeNull();
    await states.next((state) => state === 'CLOSED');
    const again = createClient(desk.url, desk.publishableKey, {
      realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
      accessToken: () => Promise.resolve(data.session?.access_token ?? null),
    });
    await again.realtime.setAuth();
    const refused = await new Promise((resolve) => again.channel('x').subscribe((state) => resolve(state)));
    expect(refused).toBe('CHANNEL_ERROR');
    await again.removeAllChannels();
  });

  it.runIf(embedded)(
    'lives on when the replication connection is cut, and says when to fetch anew',
    async () => {
      const { system, changes } = await listen(bob.client);
      const oks = () => system.items.filter(({ status }) => status === 'ok').length;
      const before = oks();
      await desk.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender' and datname = current_database()`,
      );
      await system.next(() => oks() > before);
      await insert(bob.id, 'after the cut');
      await changes.next(titled('after the cut'));
    },
  );

  it('sees tables that are published while it runs', async () => {
    const late = `${table}_late`;
    await desk.sql(`create table public.${late} (id int primary key, title text);
      grant select on public.${late} to authenticated;
      alter publication supabase_realtime add table public.${late}`);
    const { changes, first } = await listen(ann.client, { table: late });
    expect(first.status).toBe('ok');
    await desk.sql(`insert into public.${late} values (1, 'late')`);
    await changes.next(titled('late'));
    await desk.sql(`drop table public.${late}`);
  });

  it('is refused on a private channel the embedded Supabase doesn’t have', async () => {
    const channel = ann.client.channel('closed', { config: { private: true } });
    const error = await new Promise<Error | undefined>((resolve) =>
      channel.subscribe((_state, reason) => resolve(reason)),
    );
    expect(error).toBeInstanceOf(Error);
    await ann.client.removeChannel(channel);
  });
});

describe('between clients', () => {
  it.each([
    ['2.0.0', '2.0.0'],
    ['1.0.0', '2.0.0'],
    ['2.0.0', '1.0.0'],
  ])('broadcasts travel from %s to %s', async (from, to) => {
    const topic = randomUUID();
    const open = (vsn: string) =>
      createClient(desk.url, desk.publishableKey, {
        realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket, vsn },
      });
    const [sender, receiver] = [open(from), open(to)];
    const received = new Inbox<{ payload?: unknown }>();
    const own = new Inbox<unknown>();
    const join = async (client: SupabaseClient, inbox: Inbox<never>) => {
      const channel = client.channel(topic, { config: { broadcast: { ack: true } } });
      channel.on('broadcast', { event: 'hello' }, (message) => inbox.push(message as never));
      await joined(channel);
      return channel;
    };
    const [out] = await Promise.all([
      join(sender, own as Inbox<never>),
      join(receiver, received as Inbox<never>),
    ]);
    expect(await out.send({ type: 'broadcast', event: 'hello', payload: { text: 'Привет' } })).toBe('ok');
    expect(await received.next(() => true)).toMatchObject({
      type: 'broadcast',
      event: 'hello',
      payload: { text: 'Привет' },
    });
    expect(own.items).toEqual([]);
    await Promise.all([sender.removeAllChannels(), receiver.removeAllChannels()]);
  });

  it('presence shows who comes, changes and goes', async () => {
    const topic = randomUUID();
    const syncs = new Inbox<Record<string, object[]>>();
    const watcher = desk.anonymous().channel(topic);
    watcher.on('presence', { event: 'sync' }, () => syncs.push(watcher.presenceState()));
    await joined(watcher);
    const client = desk.anonymous();
    const channel = client.channel(topic, { config: { presence: { key: 'ann' } } });
    await joined(channel);
    expect(await channel.track({ typing: false })).toBe('ok');
    await syncs.next(({ ann: metas }) => metas?.length === 1);
    await channel.track({ typing: true });
    await syncs.next(
      ({ ann: metas }) => metas !== undefined && JSON.stringify(metas).includes('"typing":true'),
    );
    await client.removeChannel(channel);
    await syncs.next((state) => !('ann' in state) && syncs.items.length > 2);
  });
});

it('reaches a hundred subscribers at once', async () => {
  const listeners = await Promise.all(
    Array.from({ length: 100 }, (_, index) => listen(index % 2 ? ann.client : bob.client)),
  );
  const title = randomUUID();
  await Promise.all([insert(ann.id, title), insert(bob.id, title)]);
  const came = await Promise.all(listeners.map(({ changes }) => changes.next(titled(title))));
  expect(new Set(came.map(({ new: note }) => 'owner' in note && note.owner))).toEqual(
    new Set([ann.id, bob.id]),
  );
});
