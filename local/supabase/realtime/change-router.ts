import type { Client } from 'pg';
import type { SupabaseContext } from '../context.ts';
import type { Binding, ChangeType } from './bindings.ts';
import { describeBinding, InvalidBinding, parseBinding } from './bindings.ts';
import type { Channel } from './channel.ts';
import type { Change } from './change-stream.ts';
import { ChangeStream } from './change-stream.ts';
import { encodeText } from './frames.ts';
import type { Sessions } from './sessions.ts';

/** A binding that was read and checked: it receives changes. */
interface ActiveBinding extends Binding {
  id: number;
  channel: Channel;
}

/** Bindings that see the same: same claims, same conditions, same columns. */
interface Interest {
  claimsJson: string;
  bindings: ActiveBinding[];
}

/** Who is to be asked about one kind of change, in the form `realtime.route_changes` takes. */
interface Audience {
  interests: Interest[];
  json: {
    conditions: unknown[];
    interests: [viewer: number, conditions: number[], columns: string[] | null][];
  };
}

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
/** How many channels are remembered as the last that were shown something. */
const livelyChannels = 32;

/** Takes each committed change to the channels that asked for it and whose claims may see it. */
export class ChangeRouter {
  private readonly context: SupabaseContext;
  private readonly sessions: Sessions;
  private readonly stream: ChangeStream;
  /** Every channel that wants changes, with those of its bindings that were found good. */
  private readonly channels = new Map<Channel, ActiveBinding[]>();
  private readonly unchecked = new Set<Channel>();
  private readonly byTable = new Map<string, ActiveBinding[]>();
  private checking = false;
  /** Answers what changes show to whom; there while the stream flows. */
  private decisions: Client | undefined;
  private queue: Change[] = [];
  private queued = 0;
  private routing = false;
  private resume: (() => void)[] = [];
  /** The channels that were shown a change last, the latest at the end: a conversation's next message is for them. */
  private readonly lively = new Set<Channel>();

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
    this.lively.delete(channel);
    if (this.channels.delete(channel)) this.byTable.clear();
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
        const problems = await this.problemsOf(requests);
        for (const channel of channels) {
          // A channel that left meanwhile needs no answer, one that changed its claims gets the next.
          if (!this.channels.has(channel) || this.unchecked.has(channel)) continue;
          const own = requests.filter((request) => request.channel === channel);
          const problem = own.map((request) => problems.get(request)).find((text) => text !== undefined);
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

  private async problemsOf(requests: BindingRequest[]): Promise<Map<BindingRequest, string>> {
    const readable = requests.filter(({ binding }) => binding !== undefined);
    const bindings = readable.map(({ channel, binding }) => ({
      role: channel.claims.role,
      ...binding,
      channel: null,
    }));
    const { rows } = await this.context.pool.query<{ problem: string | null }>(
      'select problem from realtime.check_bindings($1)',
      [JSON.stringify(bindings)],
    );
    const problems = new Map<BindingRequest, string>();
    for (const request of requests) if (request.problem !== undefined) problems.set(request, request.problem);
    readable.forEach((request, index) => {
      const problem = rows[index]?.problem;
      if (problem == null || !request.binding) return;
      const parameters = describeBinding(request.binding);
      const reason =
        problem === ''
          ? `Please check Realtime is enabled for the given connect parameters: ${parameters}`
          : `An exception happened so please check your connect parameters: ${parameters}. Exception: ${problem}`;
      problems.set(request, `Unable to subscribe to changes with given parameters. ${reason}`);
    });
    return problems;
  }

  private async enqueue(change: Change): Promise<void> {
    if (this.bindingsOn(change).length === 0) return;
    this.queue.push(change);
    this.queued += lengthOf(change);
    void this.route();
    if (this.queued > queueLength) await new Promise<void>((resolve) => this.resume.push(resolve));
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
        await this.routeBatch(this.decisions, this.nextBatch());
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

  /** Those in conversation don't wait for the answers about everybody else who listens to a whole table. */
  private async routeBatch(decisions: Client, changes: Change[]): Promise<void> {
    const quiet = new Set<Channel>();
    for (const bindings of new Set(changes.map((change) => this.bindingsOn(change)))) {
      for (const { channel, conditions } of bindings) {
        if (conditions.length === 0 && !this.lively.has(channel)) quiet.add(channel);
      }
    }
    // A second round trip for a few would cost more than it spares the others.
    if (quiet.size <= livelyChannels) return this.ask(decisions, changes, () => true);
    await this.ask(decisions, changes, (channel) => !quiet.has(channel));
    await this.ask(decisions, changes, (channel) => quiet.has(channel));
  }

  /** Finds out which of the channels that are `meant` may see each change, and shows it to them. */
  private async ask(
    decisions: Client,
    changes: Change[],
    meant: (channel: Channel) => boolean,
  ): Promise<void> {
    const viewers = new Map<string, { index: number; role: string }>();
    const audiences = new Map<string, Audience & { index: number }>();
    const routed = changes.map((change) => {
      const key = `${change.type} ${change.relation}`;
      const audience = audiences.get(key) ?? {
        ...gatherAudience(
          this.bindingsOn(change).filter(({ channel }) => meant(channel)),
          change.type,
          viewers,
        ),
        index: audiences.size,
      };
      audiences.set(key, audience);
      return { change, audience };
    });
    if (viewers.size === 0) return;
    const { rows } = await decisions.query<Outcome>({
      name: 'realtime_route_changes',
      text: 'select * from realtime.route_changes($1, $2, $3, $4)',
      values: [
        `[${routed.map(({ change, audience }) => changeJson(change, audience.index)).join(',')}]`,
        JSON.stringify([...audiences.values()].map(({ json }) => json)),
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
    for (const channel of ids.keys()) {
      this.lively.delete(channel);
      this.lively.add(channel);
    }
    for (const channel of this.lively) {
      if (this.lively.size <= livelyChannels) break;
      this.lively.delete(channel);
    }
  }

  private bindingsOn({ schema, table }: Change): ActiveBinding[] {
    const key = JSON.stringify([schema, table]);
    const known = this.byTable.get(key);
    if (known) return known;
    const found = [...this.channels.values()]
      .flat()
      .filter((binding) => [schema, '*'].includes(binding.schema) && [table, '*'].includes(binding.table));
    this.byTable.set(key, found);
    return found;
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
      return { channel, binding: { ...parseBinding(raw), id, channel } };
    } catch (error) {
      if (!(error instanceof InvalidBinding)) throw error;
      return { channel, problem: error.message };
    }
  });
}

/** Groups the bindings that want this type of change; `viewers` grows by those it doesn't know yet. */
function gatherAudience(
  bindings: ActiveBinding[],
  type: ChangeType,
  viewers: Map<string, { index: number; role: string }>,
): Audience {
  const conditions = new Map<string, number>();
  const interests = new Map<string, Interest & { json: Audience['json']['interests'][number] }>();
  for (const binding of bindings) {
    if (binding.event !== '*' && binding.event !== type) continue;
    const { claims, claimsJson } = binding.channel;
    const viewer = viewers.get(claimsJson) ?? { index: viewers.size, role: claims.role };
    viewers.set(claimsJson, viewer);
    const needed = binding.conditions.map((condition) => {
      const key = JSON.stringify(condition);
      const index = conditions.get(key) ?? conditions.size;
      conditions.set(key, index);
      return index;
    });
    const json: Audience['json']['interests'][number] = [viewer.index, needed, binding.columns];
    const key = JSON.stringify(json);
    const interest = interests.get(key) ?? { claimsJson, bindings: [], json };
    interest.bindings.push(binding);
    interests.set(key, interest);
  }
  const gathered = [...interests.values()];
  return {
    interests: gathered,
    json: {
      conditions: [...conditions.keys()].map((key): unknown => JSON.parse(key)),
      interests: gathered.map(({ json }) => json),
    },
  };
}

function lengthOf({ record, old }: Change): number {
  return (record?.length ?? 0) + (old?.length ?? 0);
}

function changeJson({ relation, type, xid, record, old, unchanged }: Change, audience: number): string {
  return (
    `{"relation":${relation},"action":"${type}","xid":${xid},"audience":${audience},` +
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
