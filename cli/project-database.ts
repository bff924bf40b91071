import pg from 'pg';

/**
 * A connection to a Supabase project's database; the caller opens and closes it.
 * @param connectionString as the project's page "Connect" shows it
 */
export function projectDatabase(connectionString: string): pg.Client {
  const isSupabase = /\.supabase\.(co|com)(:|\/|$)/.test(connectionString);
  return new pg.Client({
    connectionString,
    connectionTimeoutMillis: 15_000,
    // Supabase's certificates are signed by an authority of its own that no system knows.
    ...(isSupabase && { ssl: { rejectUnauthorized: false } }),
  });
}
