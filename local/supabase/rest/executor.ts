import pg from 'pg';
import type { Pool, PoolClient, QueryResult } from 'pg';
import type { Logger } from 'pino';
import { RestError, fromDatabaseError, isDatabaseError } from './errors.ts';
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
/** Statements kept prepared on each connection. */
const preparedLimit = 200;

/** Values stay as PostgreSQL writes them. */
const asWritten = { getTypeParser: () => (value: string) => value };

const settings =
  "select set_config('search_path', $1, true), set_config('statement_timeout', $2, true), " +
  "set_config('role', $3, true), set_config('request.jwt.claims', $4, true), " +
  "set_config('request.method', $5, true), set_config('request.path', $6, true), " +
  "set_config('request.headers', $7, true), set_config('request.cookies', $8, true)";

/** Runs callers' statements, each in a transaction of its own as the caller's role. */
export class Executor {
  readonly #pool: Pool;
  readonly #prepared = new Map<string, string>();
  readonly #seenOnce = new Set<string>();

  constructor(databaseUrl: string, logger: Logger) {
    this.#pool = new pg.Pool({
      connectionString: databaseUrl,
      application_name: 'postgrest',
      max: poolSize,
      connectionTimeoutMillis: 10_000,
      allowExitOnIdle: true,
      // A transaction's statements go out in one write and are answered in one.
      pipeline: true,
      // Nothing a caller causes may run with more than the API's own role, not even a stray statement
      // outside its transaction: the superuser's session becomes the authenticator's for good.
      // The pool waits for it, though its types don't say so.
      // eslint-disable-next-line @typescript-eslint/no-misused-promises
      onConnect: (client) => client.query('set session authorization authenticator'),
    });
    this.#pool.on('error', (error) => {
      logger.warn({ err: error }, 'rest: an idle database connection was lost');
    });
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
      client.release(!(error instanceof RestError) && !isDatabaseError(error));
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
    const { session, statement, estimate, check } = transaction;
    const started: Promise<unknown>[] = [client.query(transaction.readOnly ? 'begin read only' : 'begin')];
    started.push(
      client.query({
        name: 'pgrst_settings',
        text: settings,
        values: [
          session.searchPath,
          session.statementTimeout,
          session.role,
          session.claims,
          session.method,
          session.path,
          session.headers,
          session.cookies,
        ],
      }),
    );
    if (session.timezone !== undefined) {
      started.push(client.query("select set_config('timezone', $1, true)", [session.timezone]));
    }
    const name = this.#nameOf(statement.text);
    const main = client.query<ResultRow>({ ...statement, types: asWritten, ...(name && { name }) });
    const planned =
      estimate &&
      client.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(estimate.text, estimate.values);
    started.push(main, ...(planned ? [planned] : []));
    if (check) {
      const refusal = await refusalOf(started, () => main.then(({ rows: [row] }) => row && check(row)));
      await client.query(refusal ? 'rollback' : 'commit');
      if (refusal) throw refusal.reason;
    } else {
      started.push(client.query('commit'));
      const refusal = await refusalOf(started);
      if (refusal) throw refusal.reason;
    }
    return {
      row: firstRow(await main),
      ...(planned && { estimate: firstRow(await planned)['QUERY PLAN'][0].Plan['Plan Rows'] }),
    };
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

/** Waits for all, and gives the first failure in order, if there is one. */
async function refusalOf(
  started: Promise<unknown>[],
  last: () => Promise<unknown> = () => Promise.resolve(),
): Promise<PromiseRejectedResult | undefined> {
  const settled = await Promise.allSettled(started);
  const refused = settled.find((result) => result.status === 'rejected');
  if (refused) return refused;
  const [checked] = await Promise.allSettled([last()]);
  return checked?.status === 'rejected' ? checked : undefined;
}

function firstRow<Row extends object>({ rows }: QueryResult<Row>): Row {
  const [row] = rows;
  if (!row) throw new Error('a statement that gives one row gave none');
  return row;
}

function unreachable(cause: unknown): RestError {
  const error = new RestError(503, 'PGRST000', 'Database connection error. Retrying the connection.', {
    details: cause instanceof Error ? cause.message : null,
  });
  error.cause = cause;
  return error;
}
