import type { Client } from 'pg';
import type { SupabaseContext } from '../context.ts';
import { type ActiveBinding, type Audience, gatherAudience, TableBindings, withExact } from './audience.ts';
import { describeBinding, InvalidBinding, parseBinding } from './bindings.ts';
import type { Channel } from './channel.ts';
import type { Change } from './change-stream.ts';
import { ChangeStream } from './change-stream.ts';
import { encodeText } from './frames.ts';
import type { Sessions } from './sessions.ts';

/** One row that `realtime.route_changes` returns. */
interface Outcome {
  change: number | null;
  interests: number[];
  columns: string;
  record: string;
  old_record: string;
  errors: string[] | null;
  problem: string | null;
}

const subscribed = 'Subscribed to PostgreSQL';
/** How many changes, and characters of them, go into one round trip. */
const batchChanges = 100;
const batchLength = 1024 * 1024;
/** How many characters of changes may wait before the stream is held back. */
const queueLength = 8 * 1024 * 1024;

/** Is told of a table's rows as they were inserted or updated: values as PostgreSQL's text, JSON as itself. */
export type RowListener = (row: Record<string, unknown>) => void;

/** Takes each committed change to the channels that asked for it and whose claims may see it. */
export class ChangeRouter {
  private readonly context: SupabaseContext;
  private readonly sessions: Sessions;
  private readonly stream: ChangeStream;
  /** Every channel that wants changes, with those of its bindings that were found good. */
  private readonly channels = new Map<Channel, ActiveBinding[]>();
  private readonly unchecked = new Set<Channel>();
  private readonly byTable = new Map<string, TableBindings>();
  /** Who in this process is told of a table's rows. */
  private readonly watchers = new Map<string, Set<RowListener>>();
  private checking = false;
  /** Answers what changes show to whom; there while the stream flows. */
  private decisions: Client | undefined;
  private queue: Change[] = [];
  private queued = 0;
  private routing = false;
  private resume: (() => void)[] = [];

  constructor(context: SupabaseContext, sessions: Sessions) {
    this.context = context;
    this.sessions = sessions;
    this.stream = new ChangeStream(context.databaseUrl, context.logger, {
      onLive: (decisions) => this.goLive(decisions),
      onDown: () => this.goDown(),
      onChange: (change) => this.enqueue(change),
      onSessionEnd: (session) => sessions.end(session),
    });
  }

  /**
   * Serves the channel's bindings, or serves them anew after its claims have changed; the channel is told when changes
   * flow. Channels without bindings need the stream as well: it tells when their session ends.
   */
  subscribe(channel: Channel): void {
    this.stream.start();
    if (channel.bindings.length === 0) return;
    this.channels.set(channel, this.channels.get(channel) ?? []);
    this.unchecked.add(channel);
    void this.check();
  }

  unsubscribe(channel: Channel): void {
    this.unchecked.delete(channel);
    if (this.channels.delete(channel)) this.byTable.clear();
  }

  /** Tells of a table's rows as soon as they are committed, whoever may see them. @returns ends that */
  watch(schema: string, table: string, listener: RowListener): () => void {
    const key = JSON.stringify([schema, table]);
    const listeners = this.watchers.get(key) ?? new Set();
    this.watchers.set(key, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  async stop(): Promise<void> {
    await this.stream.stop();
  }

  private goLive(decisions: Client): void {
    this.decisions = decisions;
    for (const channel of this.channels.keys()) this.unchecked.add(channel);
    this.sessions.endGone().then(
      () => this.check(),
      (error: unknown) => this.fail(error, 'sessions could not be checked'),
    );
  }

  private goDown(): void {
    this.decisions = undefined;
    this.queue = [];
    this.queued = 0;
    this.releaseStream();
  }

  /** What can't be decided is lost; starting over tells every client to fetch what it missed. */
  private fail(error: unknown, what: string): void {
    this.context.logger.error({ err: error }, `realtime: ${what}`);
    this.stream.restart();
  }

  /** Checks the bindings of all channels that wait for it, together, and tells them the result. */
  private async check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      while (this.decisions && this.unchecked.size > 0) {
        const channels = [...this.unchecked];
        this.unchecked.clear();
        const requests = channels.flatMap(readBindings);
        const checked = await this.checkAll(requests);
        for (const channel of channels) {
          // A channel that left meanwhile needs no answer, one that changed its claims gets the next.
          if (!this.channels.has(channel) || this.unchecked.has(channel)) continue;
          const own = checked.filter((request) => request.channel === channel);
          const problem = own.find(({ problem: text }) => text !== undefined)?.problem;
          this.channels.set(
            channel,
            problem === undefined ? own.flatMap(({ binding }) => binding ?? []) : [],
          );
          this.byTable.clear();
          channel.pushSystem(
            'postgres_changes',
            problem === undefined ? 'ok' : 'error',
            problem ?? subscribed,
          );
        }
      }
    } catch (error) {
      this.fail(error, 'bindings could not be checked');
    } finally {
      this.checking = false;
    }
  }

  /** Asks PostgreSQL about the bindings that could be read. */
  private async checkAll(requests: BindingRequest[]): Promise<BindingRequest[]> {
    const readable = requests.flatMap(({ binding }) => binding ?? []);
    const bindings = readable.map((binding) => ({
      role: binding.channel.claims.role,
      ...binding,
      channel: null,
    }));
    const { rows } = await this.context.pool.query<{ problem: string | null; exact: (string | null)[] }>(
      'select problem, exact from realtime.check_bindings($1)',
      [JSON.stringify(bindings)],
    );
    const answers = new Map(readable.map((binding, index) => [binding, rows[index]]));
    return requests.map((request) => {
      const { channel, binding } = request;
      const answer = binding && answers.get(binding);
      if (!answer) return request;
      const { problem, exact } = answer;
      if (problem === null) return { channel, binding: withExact(binding, exact) };
      const parameters = describeBinding(binding);
      const reason =
        problem === ''
          ? `Please check Realtime is enabled for the given connect parameters: ${parameters}`
          : `An exception happened so please check your connect parameters: ${parameters}. Exception: ${problem}`;
      return { channel, problem: `Unable to subscribe to changes with given parameters. ${reason}` };
    });
  }

  private async enqueue(change: Change): Promise<void> {
    this.tellWatchers(change);
    if (this.bindingsFor(change).length === 0) return;
    this.queue.push(change);
    this.queued += lengthOf(change);
    void this.route();
    if (this.queued > queueLength) await new Promise<void>((resolve) => this.resume.push(resolve));
  }

  private tellWatchers({ schema, table, record }: Change): void {
    const listeners = this.watchers.get(JSON.stringify([schema, table]));
    if (!listeners?.size || record === undefined) return;
    const row = JSON.parse(record) as Record<string, unknown>;
    for (const listener of listeners) listener(row);
  }

  private releaseStream(): void {
    for (const resolve of this.resume.splice(0)) resolve();
  }

  /** Works the queue off in order: one change at once when it is calm, many a round trip when they come in bursts. */
  private async route(): Promise<void> {
    if (this.routing) return;
    this.routing = true;
    try {
      while (this.decisions && this.queue.length > 0) {
        await this.decide(this.decisions, this.nextBatch());
        if (this.queued <= queueLength) this.releaseStream();
      }
    } catch (error) {
      this.fail(error, 'changes could not be routed');
    } finally {
      this.routing = false;
    }
  }

  private nextBatch(): Change[] {
    let size = 0;
    let length = 0;
    for (const change of this.queue) {
      length += lengthOf(change);
      if (size > 0 && (size >= batchChanges || length > batchLength)) break;
      size++;
    }
    const batch = this.queue.splice(0, size);
    for (const change of batch) this.queued -= lengthOf(change);
    return batch;
  }

  /** Finds out who may see each change, and shows it to them. */
  private async decide(decisions: Client, changes: Change[]): Promise<void> {
    const viewers = new Map<string, { index: number; role: string }>();
    const routed = changes.map((change) => ({
      change,
      audience: gatherAudience(this.bindingsFor(change), viewers),
    }));
    if (viewers.size === 0) return;
    const { rows } = await decisions.query<Outcome>({
      name: 'realtime_route_changes',
      text: 'select * from realtime.route_changes($1, $2, $3)',
      values: [
        `[${routed.map(({ change, audience }) => changeJson(change, audience)).join(',')}]`,
        [...viewers.values()].map(({ role }) => role),
        [...viewers.keys()],
      ],
    });
    for (const outcome of rows) {
      const { change, audience } = routed[outcome.change ?? -1] ?? {};
      if (outcome.problem !== null) {
        this.context.logger.warn(
          { table: change?.table, problem: outcome.problem },
          'realtime: change not decided',
        );
      }
      if (change && audience) this.deliver(change, outcome, audience);
    }
  }

  private deliver(change: Change, outcome: Outcome, { interests }: Audience): void {
    const data = dataJson(change, outcome);
    const ids = new Map<Channel, number[]>();
    for (const index of outcome.interests) {
      const { claimsJson, bindings } = interests[index] ?? { bindings: [] };
      for (const { id, channel } of bindings) {
        // Who left or changed claims while PostgreSQL decided isn't who it decided about.
        if (!this.channels.has(channel) || channel.claimsJson !== claimsJson) continue;
        ids.set(channel, [...(ids.get(channel) ?? []), id]);
      }
    }
    for (const [{ connection, topic, version }, bound] of ids) {
      const payload = `{"ids":${JSON.stringify(bound)},"data":${data}}`;
      connection.send(encodeText(version, { topic, event: 'postgres_changes' }, payload));
    }
  }

  /** Those that may want a change: what their exact conditions and its type leave out isn't asked about. */
  private bindingsFor(change: Change): ActiveBinding[] {
    const { schema, table } = change;
    const key = JSON.stringify([schema, table]);
    let known = this.byTable.get(key);
    if (!known) {
      const bindings = [...this.channels.values()].flat();
      known = new TableBindings(
        bindings.filter((each) => [schema, '*'].includes(each.schema) && [table, '*'].includes(each.table)),
      );
      this.byTable.set(key, known);
    }
    return known.for(change);
  }
}

/** A binding of a channel, read; or why it couldn't be. */
interface BindingRequest {
  channel: Channel;
  binding?: ActiveBinding;
  problem?: string;
}

function readBindings(channel: Channel): BindingRequest[] {
  return channel.bindings.map(({ id, raw }) => {
    try {
      return { channel, binding: { ...parseBinding(raw), id, channel, exact: undefined } };
    } catch (error) {
      if (!(error instanceof InvalidBinding)) throw error;
      return { channel, problem: error.message };
    }
  });
}

function lengthOf({ record, old }: Change): number {
  return (record?.length ?? 0) + (old?.length ?? 0);
}

function changeJson({ relation, type, xid, record, old, unchanged }: Change, { json }: Audience): string {
  return (
    `{"relation":${relation},"action":"${type}","xid":${xid},"audience":${JSON.stringify(json)},` +
    `"unchanged":${JSON.stringify(unchanged)}${record ? `,"record":${record}` : ''}${old ? `,"old":${old}` : ''}}`
  );
}

/** The event's `data`, its parts as PostgreSQL wrote them: parsing them here would lose digits of large numbers. */
function dataJson({ schema, table, type, committedAt }: Change, outcome: Outcome): string {
  const { columns, record, old_record: old, errors } = outcome;
  return (
    `{"schema":${JSON.stringify(schema)},"table":${JSON.stringify(table)},"commit_timestamp":"${committedAt}",` +
    `"type":"${type}","columns":${columns}${type === 'DELETE' ? '' : `,"record":${record}`}` +
    `${type === 'INSERT' ? '' : `,"old_record":${old}`},"errors":${JSON.stringify(errors)}}`
  );
}
