import pg from 'pg';

/**
 * Makes a database.
 * @param adminUrl connection string of a superuser to some other database of the server
 * @param template a database nobody is connected to, copied with everything in it
 */
export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  const source = template === undefined ? '' : ` template ${pg.escapeIdentifier(template)}`;
  await execute(adminUrl, `create database ${pg.escapeIdentifier(name)}${source}`);
}

/** Drops a database if it exists, ending whatever is connected to it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await execute(adminUrl, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
}

async function execute(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
