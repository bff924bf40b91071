import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createPool } from '../pool.ts';
import { Batch } from './batch.ts';
import type { NamedStatement, RawRow } from './batch.ts';
import { RestError, fromDatabaseError, isDatabaseError } from './errors.ts';
import { resultColumns } from './statement.ts';
import type { ResultRow, Statement } from './statement.ts';

/** Who a transaction runs for and what it knows of the request; each becomes a setting of the transaction. */
export interface Session {
  role: string;
  /** Milliseconds or PostgreSQL's notation. */
  statementTimeout: string;
  searchPath: string;
  claims: string;
  method: string;
  path: string;
  /** JSON objects. */
  headers: string;
  cookies: string;
  timezone?: string;
}

export interface Transaction {
  session: Session;
  readOnly: boolean;
  statement: Statement;
  /** Also asks the planner; its row count comes with the result. */
  estimate?: Statement;
  /**
   * Looks at the result before it is committed; what it throws rolls everything back.
   * Costs a round trip, so only given where it is needed.
   */
  check?: (row: ResultRow) => void;
}

export interface Outcome {
  row: ResultRow;
  /** How many rows the planner expects. */
  estimate?: number;
}

/** How many connections serve the API at most: more would only wait for the same few cores. */
const poolSize = 10;
/** How many of them stay open however long nobody asks. */
const keptConnections = 4;
/** Statements kept prepared on each connection. */
const preparedLimit = 200;

const settings = {
  name: 'pgrst_settings',
  text:
    "select set_config('transaction_read_only', $1, true), set_config('search_path', $2, true), " +
    "set_config('statement_timeout', $3, true), set_config('request.jwt.claims', $4, true), " +
    "set_config('request.method', $5, true), set_config('request.path', $6, true), " +
    "set_config('request.headers', $7, true), set_config('request.cookies', $8, true), " +
    "set_config('role', $9, true)",
};

const queryPlan = z.array(z.object({ Plan: z.object({ 'Plan Rows': z.number() }) })).min(1);

/** Runs callers' statements, each in a transaction of its own as the caller's role. */
export class Executor {
  readonly #pool: Pool;
  readonly #prepared = new Map<string, string>();
  readonly #seenOnce = new Set<string>();

  constructor(databaseUrl: string, logger: Logger) {
    this.#pool = createPool(
      {
        connectionString: databaseUrl,
        application_name: 'postgrest',
        max: poolSize,
        // On an idle desk the first message mustn't wait for a connection, and for its plans to be made anew.
        min: keptConnections,
        connectionTimeoutMillis: 10_000,
        allowExitOnIdle: true,
        // Nothing a caller causes may run with more than the API's own role, not even a stray statement
        // outside its transaction: the superuser's session becomes the authenticator's for good.
        // The pool waits for it, though its types don't say so.
        // oxlint-disable-next-line typescript/no-misused-promises
        onConnect: (client) => client.query('set session authorization authenticator'),
      },
      logger,
    );
  }

  /**
   * @throws {RestError} what PostgreSQL refused, what `check` threw, or 503 when the database is out of reach.
   */
  async run(transaction: Transaction): Promise<Outcome> {
    const client = await this.#connect();
    try {
      const outcome = await this.#inTransaction(client, transaction);
      client.release();
      return outcome;
    } catch (error) {
      client.release(
        !(error instanceof RestError) && !(isDatabaseError(error) && error.severity !== 'FATAL'),
      );
      if (error instanceof RestError) throw error;
      if (!isDatabaseError(error)) throw unreachable(error);
      throw fromDatabaseError(error, transaction.session.role !== 'anon');
    }
  }

  /** Ends all connections once they are idle. */
  close(): Promise<void> {
    return this.#pool.end();
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('timeout exceeded')) {
        throw new RestError(504, 'PGRST003', 'Timed out acquiring connection from connection pool.');
      }
      throw unreachable(error);
    }
  }

  async #inTransaction(client: PoolClient, transaction: Transaction): Promise<Outcome> {
    const { statement, estimate, check } = transaction;
    const batch = new Batch([
      ...(check ? [{ text: 'begin', values: [] }] : []),
      ...settingsOf(transaction),
      { ...statement, name: this.#nameOf(statement.text) },
      ...(estimate ? [estimate] : []),
    ]);
    client.query(batch);
    if (!check) return outcomeOf(await batch.results, estimate !== undefined);
    try {
      const outcome = outcomeOf(await batch.results, estimate !== undefined);
      check(outcome.row);
      await client.query('commit');
      return outcome;
    } catch (error) {
      if (error instanceof RestError || isDatabaseError(error)) await client.query('rollback');
      throw error;
    }
  }

  /** A statement seen for the second time is prepared, so that one-off ones don't fill the connections. */
  #nameOf(text: string): string | undefined {
    const known = this.#prepared.get(text);
    if (known) return known;
    if (this.#prepared.size >= preparedLimit) return undefined;
    if (!this.#seenOnce.delete(text)) {
      if (this.#seenOnce.size >= preparedLimit) this.#seenOnce.clear();
      this.#seenOnce.add(text);
      return undefined;
    }
    const name = `pgrst_${this.#prepared.size}`;
    this.#prepared.set(text, name);
    return name;
  }
}

function settingsOf({ session, readOnly }: Transaction): NamedStatement[] {
  const { searchPath, statementTimeout, claims, method, path, headers, cookies, role, timezone } = session;
  const readOnlyValue = readOnly ? 'on' : 'off';
  const values = [readOnlyValue, searchPath, statementTimeout, claims, method, path, headers, cookies, role];
  const inTimezone = { text: "select set_config('timezone', $1, true)", values: [timezone ?? ''] };
  return [...(timezone === undefined ? [] : [inTimezone]), { ...settings, values }];
}

/** The rows of the last statements of a batch: the result, and after it the planner's opinion if it was asked. */
function outcomeOf(results: RawRow[][], isEstimated: boolean): Outcome {
  const [result, plan] = results.slice(isEstimated ? -2 : -1).map(([row]) => row);
  if (!result) throw new Error('a statement that gives one row gave none');
  const row = Object.fromEntries(resultColumns.map((name, index) => [name, result[index] ?? null]));
  if (!isEstimated) return { row: row as unknown as ResultRow };
  const [planned] = queryPlan.parse(JSON.parse(plan?.[0] ?? ''));
  return { row: row as unknown as ResultRow, estimate: planned?.Plan['Plan Rows'] ?? 0 };
}

function unreachable(cause: unknown): RestError {
  const error = new RestError(503, 'PGRST000', 'Database connection error. Retrying the connection.', {
    details: cause instanceof Error ? cause.message : null,
  });
  error.cause = cause;
  return error;
}
