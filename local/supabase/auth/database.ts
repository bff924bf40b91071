import type { Pool, PoolClient } from 'pg';

/**
 * Runs `work` in one transaction as `supabase_auth_admin` with the search path Supabase gives it, so that a trigger on
 * `auth.users` that would fail on a Supabase project fails here too. Rolled back when `work` throws.
 */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin; set local role supabase_auth_admin; set local search_path = auth');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}
