import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import { WebSocket } from 'ws';
import { z } from 'zod';

/** The addresses of the suites: a uuid, at a domain that nobody can have. */
const testAddress = /^[0-9a-f]{8}-[0-9a-f-]{27}@example\.com$/;
const pageSize = 200;

/** What `person_data` names, as far as it matters here. */
const leftovers = z.object({ files: z.array(z.object({ bucket: z.string(), name: z.string() })) }).nullable();

/**
 * Removes everybody whom the suites left in the project of the environment: who signed up by themselves, and whom a run
 * that was killed had made.
 * @throws when the project refuses
 */
export async function removeTestUsers(): Promise<void> {
  const { SUPABASE_URL: url = '', SUPABASE_SECRET_KEY: key = '' } = process.env;
  const service = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
  });
  const found: { id: string; email: string }[] = [];
  for (let page = 1; ; page++) {
    const { data, error } = await service.auth.admin.listUsers({ page, perPage: pageSize });
    if (error) throw error;
    for (const { id, email = '' } of data.users) if (testAddress.test(email)) found.push({ id, email });
    if (data.users.length < pageSize) break;
  }
  for (const user of found) await removeUser(service, user);
}

/** Removes somebody with all that is theirs. */
async function removeUser(
  service: SupabaseClient,
  { id, email }: { id: string; email: string },
): Promise<void> {
  const answer: { data: unknown } = await service.rpc('person_data', { email }).throwOnError();
  for (const { bucket, name } of leftovers.parse(answer.data)?.files ?? []) {
    const { error } = await service.storage.from(bucket).remove([name]);
    if (error) throw error;
  }
  const { error } = await service.auth.admin.deleteUser(id);
  // A test may have been quicker.
  if (error && error.code !== 'user_not_found') throw error;
}
