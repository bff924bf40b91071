import type { Connection, DatabaseError, Submittable } from 'pg';
import type { Statement } from './statement.ts';

/** A statement of a batch; with a name it stays prepared on the connection. */
export interface NamedStatement extends Statement {
  name?: string | undefined;
}

/** A row as PostgreSQL writes it, its columns in order. */
export type RawRow = (string | null)[];

/** Names prepared on each connection. */
const prepared = new WeakMap<Connection, Set<string>>();

/**
 * Several statements that go out in one write and are answered in one, for `client.query()`. PostgreSQL runs them
 * as one transaction (unless one of them begins or ends it) and skips the rest of them once one fails, so that
 * what sets the caller's role is never left out before what relies on it.
 *
 * The client calls the `handle…` methods as the answers come in.
 */
export class Batch implements Submittable {
  /** The rows of each statement; rejects with the first failure. */
  readonly results: Promise<RawRow[][]>;
  readonly #statements: NamedStatement[];
  readonly #rows: RawRow[][];
  #answered = 0;
  #resolve!: (rows: RawRow[][]) => void;
  #reject!: (error: Error) => void;
  #connection: Connection | undefined;

  constructor(statements: NamedStatement[]) {
    this.#statements = statements;
    this.#rows = statements.map(() => []);
    this.results = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    connection.stream.cork();
    for (const { name, text, values } of this.#statements) {
      if (name === undefined || !prepared.get(connection)?.has(name)) {
        // After a failure it is uncertain what got prepared; closing what isn't there is no error.
        if (name !== undefined) connection.close({ type: 'S', name }, true);
        connection.parse({ name: name ?? '', text, types: [] }, true);
      }
      connection.bind({ statement: name ?? '', values }, true);
      connection.execute({}, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleDataRow({ fields }: { fields: RawRow }): void {
    this.#rows[this.#answered]?.push(fields);
  }

  handleCommandComplete(): void {
    this.#answered++;
  }

  handleReadyForQuery(): void {
    if (this.#connection) remember(this.#connection, this.#statements);
    this.#resolve(this.#rows);
  }

  handleError(error: DatabaseError | Error): void {
    this.#reject(error);
  }
}

function remember(connection: Connection, statements: NamedStatement[]): void {
  const names = prepared.get(connection) ?? new Set();
  for (const { name } of statements) if (name !== undefined) names.add(name);
  prepared.set(connection, names);
}
