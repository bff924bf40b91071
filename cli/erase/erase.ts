import type { SupabaseClient } from '@supabase/supabase-js';
import type { Api } from 'grammy';
import { z } from 'zod';
import { requireSchema } from '../../core/schema-version.ts';
import { removeFiles, storedFile } from '../../core/queries/files.ts';
import { deleteTopics, type Refusal, topic } from './topics.ts';

const person = z.object({
  id: z.uuid(),
  role: z.enum(['user', 'admin']),
  topics: z.array(topic),
  files: z.array(storedFile),
});

/** Somebody who can be erased, with where their data lie outside the tables. */
export type Person = z.infer<typeof person>;

const erased = z.object({
  topics: z.array(topic),
  tickets: z.number(),
  messages: z.number(),
  attachments: z.number(),
  notes: z.number(),
  signatures: z.number(),
});

/** What was removed, in numbers. */
export interface Report {
  tickets: number;
  messages: number;
  attachments: number;
  notes: number;
  /** What they wrote in others' tickets, as staff, and stays there without their name. */
  signatures: number;
  /** Files in storage. */
  files: number;
  /** Telegram topics, or tickets' messages in a group without topics. */
  topics: number;
  /** What Telegram wouldn't remove. */
  refused: Refusal[];
}

type Service = Pick<SupabaseClient, 'rpc' | 'storage' | 'auth'>;
type Answer = { data: unknown; error: { message: string } | null };

/**
 * Looks somebody up.
 * @param service a client with the secret key
 * @param email in any case
 * @returns null when nobody has this address
 * @throws {SchemaError} when the database isn't this release's.
 */
export async function findPerson(service: Service, email: string): Promise<Person | null> {
  await requireSchema(service);
  const found: Answer = await service.rpc('person_data', { email });
  if (found.error)
    throw new Error(`The person can't be looked up: ${found.error.message}`, { cause: found.error });
  return person.nullable().parse(found.data);
}

/**
 * Removes a person: topics and files first, as only the rows tell where they are, then rows, and the account last, so
 * that whatever stops it half-way, the same again goes on.
 * @param service a client with the secret key
 * @param openTelegram called when there is something to remove in Telegram
 * @throws when Supabase refuses or Telegram can't be reached; what Telegram refuses is in the report instead.
 */
export async function erasePerson(
  service: Service,
  { id, topics, files }: Person,
  openTelegram: () => Promise<Api>,
): Promise<Report> {
  const first = topics.length > 0 ? await deleteTopics(await openTelegram(), topics) : noTopics;
  const removed = await removeFiles(service, files);

  const answer: Answer = await service.rpc('erase_person', { person: id });
  if (answer.error)
    throw new Error(`The rows can't be erased: ${answer.error.message}`, { cause: answer.error });
  const { topics: shownLast, ...rows } = erased.parse(answer.data);
  // A bridge at work may have shown more of a ticket, or made its topic anew, since we asked.
  const known = new Set(topics.map((place) => JSON.stringify(place)));
  const late = shownLast.filter((place) => !known.has(JSON.stringify(place)));
  const second = late.length > 0 ? await deleteTopics(await openTelegram(), late) : noTopics;

  const { error: failure } = await service.auth.admin.deleteUser(id);
  if (failure) throw new Error(`The account can't be deleted: ${failure.message}`, { cause: failure });
  return {
    ...rows,
    files: removed,
    topics: first.deleted + second.deleted,
    refused: [...first.refused, ...second.refused],
  };
}

const noTopics: Awaited<ReturnType<typeof deleteTopics>> = { deleted: 0, refused: [] };
