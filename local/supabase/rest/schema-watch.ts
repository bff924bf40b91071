import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { readSchemaCache } from './schema-cache.ts';
import type { SchemaCache } from './schema-cache.ts';

/** Makes the database tell of every change of its shape on the channel that every Supabase project uses. */
const announceChanges = `
do $install$ begin
  perform pg_advisory_xact_lock(hashtext('pgrst_ddl_watch'));
  create schema if not exists extensions;
  create or replace function extensions.pgrst_ddl_watch() returns event_trigger language plpgsql as $body$
  begin
    if exists (select from pg_event_trigger_ddl_commands() where schema_name is distinct from 'pg_temp') then
      notify pgrst, 'reload schema';
    end if;
  end $body$;
  create or replace function extensions.pgrst_drop_watch() returns event_trigger language plpgsql as $body$
  begin
    if exists (select from pg_event_trigger_dropped_objects() where not is_temporary) then
      notify pgrst, 'reload schema';
    end if;
  end $body$;
  if not exists (select from pg_event_trigger where evtname = 'pgrst_ddl_watch') then
    create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
  end if;
  if not exists (select from pg_event_trigger where evtname = 'pgrst_drop_watch') then
    create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
  end if;
end $install$`;

const reconnectAfterMs = 1000;

/** Keeps what is known of the database's shape up to date. */
export class SchemaWatch {
  readonly #pool: Pool;
  readonly #databaseUrl: string;
  readonly #logger: Logger;
  #latest: Promise<SchemaCache> | undefined;
  /** A reload that has not begun, so that it will see whatever changes until then. */
  #waiting: Promise<SchemaCache> | undefined;
  #listener: pg.Client | undefined;
  readonly #closing = new AbortController();
  readonly #listening: Promise<void>;

  constructor(pool: Pool, databaseUrl: string, logger: Logger) {
    this.#pool = pool;
    this.#databaseUrl = databaseUrl;
    this.#logger = logger;
    this.#listening = this.#listen();
  }

  /** What is known, once a reload under way is done. */
  current(): Promise<SchemaCache> {
    return this.#latest ?? this.reload();
  }

  /** Reads everything anew; several calls in a row become one. */
  reload(): Promise<SchemaCache> {
    if (this.#waiting) return this.#waiting;
    const before = this.#latest?.catch(() => undefined) ?? Promise.resolve();
    const reloading = before.then(() => {
      this.#waiting = undefined;
      return readSchemaCache(this.#pool);
    });
    this.#waiting = reloading;
    this.#latest = reloading;
    reloading.catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'rest: the schema could not be read');
      if (this.#latest === reloading) this.#latest = undefined;
    });
    return reloading;
  }

  /** Stops listening for changes. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listener?.end();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const client = new pg.Client({
        connectionString: this.#databaseUrl,
        application_name: 'postgrest listener',
      });
      this.#listener = client;
      const ended = new Promise<void>((resolve) => {
        client.on('error', () => resolve());
        client.on('end', () => resolve());
      });
      client.on('notification', ({ payload }) => {
        if (payload === '' || payload === 'reload schema') void this.reload().catch(() => undefined);
      });
      try {
        await client.connect();
        await client.query('listen pgrst');
        await client.query(announceChanges);
        await this.reload();
        await ended;
      } catch (error) {
        if (signal.aborted) return;
        this.#logger.warn({ err: error }, 'rest: not listening for changes of the schema');
      }
      await client.end().catch(() => undefined);
      await delay(reconnectAfterMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
