import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import pg from 'pg';
import type { Pgoutput } from 'pg-logical-replication';
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication';
import type { Logger } from 'pino';
import type { ChangeType } from './bindings.ts';

/** One row's change as it was committed. */
export interface Change {
  relation: number;
  schema: string;
  table: string;
  type: ChangeType;
  /** The transaction that made it, as PostgreSQL's type xid. */
  xid: number;
  /** ISO 8601, UTC, milliseconds. */
  committedAt: string;
  /** The new row as a JSON object of the values' text; undefined for DELETE. */
  record: string | undefined;
  /** The replica identity of the old row, in the same form; undefined for INSERT. */
  old: string | undefined;
  /** The text of the new row's values, or of what is known of a deleted one's; null is NULL, undefined wasn't sent. */
  values: Row;
  /** Columns of the new row whose large values were left alone and therefore not sent. */
  unchanged: string[];
}

export interface StreamListener {
  /** Changes flow from now on; those before are lost to whoever listened. */
  onLive(decisions: Client): void;
  onDown(): void;
  /** The stream waits for the promise: a reader that lags holds the sender back instead of filling the memory. */
  onChange(change: Change): Promise<void>;
  onSessionEnd(session: string): void;
}

const publications = ['supabase_realtime', 'realtime_sessions'];
const firstRetry = 200;
const lastRetry = 5_000;
const settings = '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1';
const jsonTypes = new Set<number>([pg.types.builtins.JSON, pg.types.builtins.JSONB]);

/**
 * Streams over a slot that lives and dies with its connection. Realtime promises nothing about changes made while it
 * was away, and a slot that outlived its process would keep WAL until the disk is full.
 */
class TemporarySlot extends PgoutputPlugin {
  override async start(client: Client, slot: string, lsn: string): Promise<unknown> {
    await client.query(`CREATE_REPLICATION_SLOT "${slot}" TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`);
    return super.start(client, slot, lsn) as Promise<unknown>;
  }

  override parse(buffer: Buffer): Pgoutput.Message {
    const message = super.parse(buffer);
    // Values stay the text they are: PostgreSQL turns them into JSON, JavaScript's types would lose digits.
    if (message.tag === 'relation') for (const column of message.columns) column.parser = String;
    return message;
  }
}

/**
 * Stops also in the middle of a message: the library holds its socket back meanwhile and, once stopped, lets it flow no
 * more, so that the connection's end would never be read.
 */
class Replication extends LogicalReplicationService {
  override stop(): Promise<this> {
    const { _connection } = this as unknown as { _connection: { stream: Readable } | null };
    const stopped = super.stop();
    _connection?.stream.resume();
    return stopped;
  }
}

/** The committed changes of one database, read from its WAL; reconnects by itself until stopped. */
export class ChangeStream {
  private readonly databaseUrl: string;
  private readonly logger: Logger;
  private readonly listener: StreamListener;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private replication: Replication | undefined;
  private live = false;
  private transaction = { xid: 0, committedAt: '' };

  constructor(databaseUrl: string, logger: Logger, listener: StreamListener) {
    this.databaseUrl = databaseUrl;
    this.logger = logger;
    this.listener = listener;
  }

  /** Starts reading; does nothing when it already does. */
  start(): void {
    if (!this.stopping.signal.aborted) this.running ??= this.run();
  }

  /** Connects anew, so that the listener starts from a clean state. */
  restart(): void {
    this.replication
      ?.stop()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'realtime: stop failed'));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.replication?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    let retry = firstRetry;
    while (!this.stopping.signal.aborted) {
      try {
        await this.read();
      } catch (error) {
        if (!this.stopping.signal.aborted) this.logger.warn({ err: error }, 'realtime: change stream lost');
      }
      if (this.live) retry = firstRetry;
      this.live = false;
      this.listener.onDown();
      await delay(retry, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      retry = Math.min(retry * 2, lastRetry);
    }
  }

  /** Reads until the connection ends; rejects with the reason when nobody asked for that. */
  private async read(): Promise<void> {
    const connection = { connectionString: this.databaseUrl, keepAlive: true, options: settings };
    const decisions = new pg.Client({ ...connection, statement_timeout: 30_000 });
    const replication = new Replication(connection, {
      acknowledge: { auto: false, timeoutSeconds: 10 },
      flowControl: { enabled: true },
    });
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure ??= error;
      void replication.stop();
    };
    decisions.on('error', fail);
    replication.on('error', fail);
    replication.on('start', () => {
      this.live = true;
      this.listener.onLive(decisions);
    });
    replication.on('heartbeat', async (lsn, _timestamp, shouldRespond) => {
      if (shouldRespond) await replication.acknowledge(lsn);
    });
    replication.on('data', (_lsn, message: Pgoutput.Message) => this.handle(message));
    try {
      await decisions.connect();
      if (this.stopping.signal.aborted) return;
      this.replication = replication;
      const slot = `supabase_realtime_${randomBytes(8).toString('hex')}`;
      await replication.subscribe(
        new TemporarySlot({ protoVersion: 1, publicationNames: publications }),
        slot,
      );
    } finally {
      this.replication = undefined;
      await replication.destroy();
      await decisions.end();
    }
    if (failure) throw failure;
  }

  private async handle(message: Pgoutput.Message): Promise<void> {
    switch (message.tag) {
      case 'begin':
        this.transaction = {
          xid: message.xid >>> 0,
          committedAt: new Date(Number(BigInt(message.commitTime.toString()) / 1000n)).toISOString(),
        };
        return;
      case 'insert':
        return this.pass('INSERT', message.relation, message.new, undefined);
      case 'update': {
        const { relation, key, old } = message;
        // Without a changed key the old row isn't sent: its identity is that of the new one.
        const identity = old ?? key ?? pick(message.new, relation.keyColumns);
        return this.pass('UPDATE', relation, message.new, identity);
      }
      case 'delete': {
        const { relation } = message;
        const old = (message.old ?? message.key ?? {}) as Row;
        if (relation.schema === 'auth' && relation.name === 'sessions')
          return this.listener.onSessionEnd(String(old['id']));
        return this.pass('DELETE', relation, undefined, old);
      }
    }
  }

  private pass(
    type: ChangeType,
    relation: Pgoutput.MessageRelation,
    record: Row | undefined,
    old: Row | undefined,
  ) {
    const json = relation.columns.filter(({ typeOid }) => jsonTypes.has(typeOid)).map(({ name }) => name);
    return this.listener.onChange({
      ...this.transaction,
      type,
      relation: relation.relationOid,
      schema: relation.schema,
      table: relation.name,
      record: record && rowJson(record, json),
      old: old && rowJson(old, json),
      values: record ?? old ?? {},
      unchanged: Object.keys(record ?? {}).filter((name) => record?.[name] === undefined),
    });
  }
}

/** Values as PostgreSQL's text; null is NULL, undefined wasn't sent. */
type Row = Record<string, string | null | undefined>;

function pick(row: Row, names: string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

/** A JSON object of the values' text; values of JSON types stand for themselves. */
function rowJson(row: Row, jsonColumns: string[]): string {
  const fields = Object.entries(row).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const json = value !== null && jsonColumns.includes(name) ? value : JSON.stringify(value);
    return [`${JSON.stringify(name)}:${json}`];
  });
  return `{${fields.join(',')}}`;
}
