import { randomBytes, randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { serviceClient } from '../../api/supabase.ts';
import { buckets } from '../../core/limits.ts';
import type { Target } from './target.ts';
import { Watch } from './watch.ts';

/** Somebody the doctor made to check with. */
export interface Visitor {
  id: string;
  /** Signed in as them. */
  client: SupabaseClient;
}

/** Throw-away people and a ticket of the first of them; none of it is mirrored to Telegram. */
export interface Stage {
  user: Visitor;
  /** Who has nothing to do with the ticket. */
  other: Visitor;
  staff: Visitor;
  ticketId: string;
  /** What each of the three hears of the tables; opened on first use, and kept. */
  watches: () => Promise<Record<'user' | 'other' | 'staff', Watch>>;
  /** Removes everything that was made. */
  remove: () => Promise<void>;
}

const emailOf = (id: string) => `trivet-doctor-${id}@example.com`;
/** People of a doctor that was killed are removed by the next one, once nobody can be working with them any more. */
const leftoverAfter = 10 * 60_000;

/** A client that acts as nobody yet, or with the secret key; it may reach tables that browsers know nothing of. */
export function clientFor({ url }: Pick<Target, 'url'>, key: string): SupabaseClient {
  return serviceClient(url, key);
}

/**
 * Makes the people and their ticket.
 * @param service a client with the secret key
 * @param published the tables that realtime streams: asking for another one spoils a whole subscription
 * @throws when one of them can't be made; what had been made is removed then.
 */
export async function makeStage(
  target: Target,
  service: SupabaseClient,
  published: ReadonlySet<string>,
): Promise<Stage> {
  await removeLeftovers(service);
  const made: Visitor[] = [];
  let opened: ReturnType<Stage['watches']> | undefined;
  const remove = async () => {
    // Subscriptions first: they'd try to rejoin as people who are no more.
    await Promise.all(made.map(({ client }) => client.removeAllChannels()));
    for (const { id } of made.splice(0)) await removePerson(service, id);
  };
  const visitor = async (): Promise<Visitor> => {
    const email = emailOf(randomUUID());
    const password = randomBytes(18).toString('base64url');
    const created = await service.auth.admin.createUser({
      email,
      password,
      email_confirm: true,
      user_metadata: { nickname: 'Trivet doctor' },
    });
    if (created.error) throw created.error;
    const client = clientFor(target, target.publishableKey);
    made.push({ id: created.data.user.id, client });
    const { error } = await client.auth.signInWithPassword({ email, password });
    if (error) throw error;
    return made.at(-1)!;
  };
  try {
    const user = await visitor();
    const other = await visitor();
    const staff = await visitor();
    const promoted = await service.from('profiles').update({ role: 'admin' }).eq('id', staff.id);
    if (promoted.error) throw promoted.error;
    const ticketId = await openUnmirrored(service, user.id);
    return {
      user,
      other,
      staff,
      ticketId,
      watches: () => {
        opened ??= openWatches({ user, other, staff }, published);
        return opened;
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Opens a ticket whose turn in the outbox never comes: the group is told nothing of it.
 * @returns its id; it goes with its user. Throws what the database says.
 */
export async function openUnmirrored(service: SupabaseClient, userId: string): Promise<string> {
  const ticket = await service
    .from('tickets')
    .insert({ user_id: userId, subject: 'Trivet doctor' })
    .select('id')
    .single<{ id: string }>();
  if (ticket.error) throw ticket.error;
  const held = new Date(Date.now() + leftoverAfter).toISOString();
  const leased = await service
    .from('telegram_topics')
    .insert({ ticket_id: ticket.data.id, leased_by: 'doctor', leased_until: held });
  if (leased.error) throw leased.error;
  return ticket.data.id;
}

async function openWatches(
  people: Record<'user' | 'other' | 'staff', Visitor>,
  published: ReadonlySet<string>,
): ReturnType<Stage['watches']> {
  const watch = (who: keyof typeof people, tables: string[]) =>
    Watch.open(
      people[who].client,
      tables.filter((table) => published.has(table)),
    );
  const [user, other, staff] = await Promise.all([
    watch('user', ['tickets', 'ticket_messages', 'ticket_attachments']),
    watch('other', ['tickets', 'ticket_messages', 'ticket_attachments']),
    watch('staff', ['tickets', 'ticket_notes']),
  ]);
  return { user, other, staff };
}

async function removeLeftovers(service: SupabaseClient): Promise<void> {
  const { data, error } = await service
    .from('profiles')
    .select('id')
    .like('email', emailOf('%'))
    .lt('created_at', new Date(Date.now() - leftoverAfter).toISOString());
  if (error) throw error;
  for (const { id } of data as { id: string }[]) await removePerson(service, id);
}

/** Removes a person with everything that hangs on them: tables follow the account, files don't. */
async function removePerson(service: SupabaseClient, id: string): Promise<void> {
  const files = service.storage.from(buckets.attachments);
  const folders = await files.list(id);
  for (const folder of folders.data ?? []) {
    const { data, error } = await files.list(`${id}/${folder.name}`);
    if (error) throw error;
    const paths = data.map(({ name }) => `${id}/${folder.name}/${name}`);
    if (paths.length === 0) continue;
    const removed = await files.remove(paths);
    if (removed.error) throw removed.error;
  }
  const { error } = await service.auth.admin.deleteUser(id);
  if (error && error.status !== 404) throw error;
}
