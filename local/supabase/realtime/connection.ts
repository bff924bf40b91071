import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Claims, SupabaseContext } from '../context.ts';
import type { ChangeRouter } from './change-router.ts';
import { Channel, expiredMessage, joinPayload, tokenProblem } from './channel.ts';
import type { BinaryBroadcast, Frame, Version } from './frames.ts';
import { decodeBinary, decodeText, encodeText, MalformedFrame } from './frames.ts';
import { limits } from './limits.ts';
import type { Sessions } from './sessions.ts';
import type { Topics } from './topics.ts';

/** What connections share. */
export interface Hub {
  context: SupabaseContext;
  topics: Topics;
  changes: ChangeRouter;
  sessions: Sessions;
}

/** A join that can't be granted; the message is the reply's reason. */
class JoinRefused extends Error {}

const presencePayload = z.object({ event: z.string(), payload: z.unknown() });
const tokenPayload = z.object({ access_token: z.string().nullish() });

/** One client's WebSocket and the channels it has joined. */
export class Connection {
  readonly version: Version;
  /** What the API key of the connection allows; channels without a user's token see with it. */
  readonly keyClaims: Claims;
  private readonly hub: Hub;
  private readonly socket: WebSocket;
  private readonly channels = new Map<string, Channel>();
  private bindingIds = 0;
  private credit: number = limits.messageBurst;
  private creditAt = performance.now();
  /** Frames are worked off one after the other: what follows a join must find the channel joined. */
  private work = Promise.resolve();
  private answered = true;

  constructor(hub: Hub, socket: WebSocket, version: Version, keyClaims: Claims) {
    this.hub = hub;
    this.socket = socket;
    this.version = version;
    this.keyClaims = keyClaims;
    socket.on('message', (data, isBinary) => this.receive(data as Buffer, isBinary));
    socket.on('pong', () => (this.answered = true));
    socket.on('error', (error) =>
      hub.context.logger.debug({ error: error.message }, 'realtime: connection failed'),
    );
    socket.on('close', () => {
      for (const channel of this.channels.values()) this.forget(channel);
    });
  }

  nextBindingId(): number {
    return ++this.bindingIds;
  }

  /** Sends one frame; a client that lets too much pile up is cut off, for it would take the memory of all. */
  send(frame: string | Buffer): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(frame);
    if (this.socket.bufferedAmount > limits.unsentBytes) void this.close(1013, 'The client reads too slowly');
  }

  /** Says why and closes; resolves when the socket is gone, which a client can't delay. */
  async close(code: number, reason: string): Promise<void> {
    if (this.socket.readyState === this.socket.CLOSED) return;
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close(code, reason);
    const cutOff = setTimeout(() => this.socket.terminate(), limits.closeGrace);
    await closed;
    clearTimeout(cutOff);
  }

  /** Asks whether the client is still there; ends the connection if it hasn't answered since the last time. */
  ping(): void {
    if (!this.answered) return this.socket.terminate();
    this.answered = false;
    this.socket.ping();
  }

  /** Ends a channel and says why: an expired token, too many messages. The client sees it closed. */
  shutdown(channel: Channel, message: string): void {
    if (this.channels.get(channel.topic) !== channel) return;
    channel.pushSystem('system', 'error', message);
    this.closeChannel(channel);
  }

  private receive(data: Buffer, isBinary: boolean): void {
    let frame: Frame;
    try {
      frame = isBinary ? decodeBinary(data) : decodeText(this.version, data.toString());
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      void this.close(1007, error.message);
      return;
    }
    this.answered = true;
    if (frame.event !== 'heartbeat' && !this.spendCredit()) return this.refuseFlood(frame);
    this.work = this.work
      .then(() => this.handle(frame))
      .catch((error: unknown) => {
        this.hub.context.logger.error({ err: error, event: frame.event }, 'realtime: message failed');
        void this.close(1011, 'Internal error');
      });
  }

  private async handle(frame: Frame): Promise<void> {
    if (frame.topic === 'phoenix' && frame.event === 'heartbeat') return this.reply(frame, 'ok');
    if (frame.event === 'phx_join') return this.join(frame);
    const channel = this.channels.get(frame.topic);
    if (!channel) {
      if (frame.event === 'phx_leave') return this.reply(frame, 'ok');
      return this.reply(frame, 'error', { reason: 'unmatched topic' });
    }
    // A frame from before a rejoin is about a channel that is gone.
    if (frame.joinRef !== null && frame.joinRef !== channel.joinRef) return;
    switch (frame.event) {
      case 'phx_leave':
        this.reply(frame, 'ok');
        return this.closeChannel(channel);
      case 'access_token':
        return this.renew(channel, frame);
      case 'broadcast':
        return this.broadcast(channel, frame);
      case 'presence':
        return this.presence(channel, frame);
    }
  }

  private async join(frame: Frame): Promise<void> {
    const former = this.channels.get(frame.topic);
    if (former) this.closeChannel(former);
    try {
      const channel = await this.openChannel(frame);
      if (this.socket.readyState !== this.socket.OPEN) return channel.dispose();
      this.channels.set(channel.topic, channel);
      this.hub.sessions.add(channel);
      const bindings = channel.bindings.map(({ id, raw }) => ({ ...raw, id }));
      this.reply(frame, 'ok', { postgres_changes: bindings });
      this.hub.topics.join(channel);
      this.hub.changes.subscribe(channel);
    } catch (error) {
      if (!(error instanceof JoinRefused)) throw error;
      this.reply(frame, 'error', { reason: error.message });
    }
  }

  private async openChannel({ topic, joinRef, payload }: Frame): Promise<Channel> {
    if (!topic.startsWith('realtime:')) throw new JoinRefused('unmatched topic');
    if (topic === 'realtime:') throw new JoinRefused('TopicNameRequired: You must provide a topic name');
    if (this.channels.size >= limits.channelsPerConnection) {
      throw new JoinRefused('ChannelRateLimitReached: Too many channels');
    }
    const join = joinPayload.safeParse(payload);
    if (!join.success) throw new JoinRefused(`InvalidJoinPayload: ${z.prettifyError(join.error)}`);
    const { config, access_token: token } = join.data;
    if (config?.private) {
      throw new JoinRefused(
        'NotImplemented: The embedded Supabase has no private channels; use a public one, or a Supabase project',
      );
    }
    if ((config?.postgres_changes?.length ?? 0) > limits.bindingsPerChannel) {
      throw new JoinRefused(
        `TooManyBindings: At most ${limits.bindingsPerChannel} postgres_changes on a channel`,
      );
    }
    const channel = new Channel(this, topic, joinRef, join.data);
    const problem = await this.authorize(
      channel,
      token?.startsWith('sb_') ? undefined : (token ?? undefined),
    );
    if (problem) throw new JoinRefused(`${problem.code}: ${problem.message}`);
    return channel;
  }

  /** Lets the channel see with the token's claims; returns what is wrong with the token if it doesn't allow that. */
  private async authorize(channel: Channel, token: string | undefined) {
    let claims = this.keyClaims;
    if (token !== undefined) {
      try {
        claims = await this.hub.context.verifyToken(token);
      } catch {
        return tokenProblem(token);
      }
    }
    if (!(await this.hub.sessions.isAlive(claims.session_id))) {
      return { code: 'Unauthorized', message: 'The session of this token has ended' };
    }
    channel.authorize(token, claims, (secondsAgo) => this.shutdown(channel, expiredMessage(secondsAgo)));
    return undefined;
  }

  private async renew(channel: Channel, { payload }: Frame): Promise<void> {
    const token = tokenPayload.safeParse(payload).data?.access_token;
    if (!token || token.startsWith('sb_') || token === channel.token) return;
    const problem = await this.authorize(channel, token);
    if (problem) return this.shutdown(channel, problem.message);
    this.hub.sessions.add(channel);
    this.hub.changes.subscribe(channel);
  }

  private broadcast(channel: Channel, frame: Frame): void {
    const message = isBinaryBroadcast(frame.payload)
      ? frame.payload
      : { json: JSON.stringify(frame.payload) };
    this.hub.topics.broadcast(channel.topic, message, channel.hearsItself ? undefined : channel);
    if (channel.acknowledges) this.reply(frame, 'ok');
  }

  private presence(channel: Channel, frame: Frame): void {
    const { data } = presencePayload.safeParse(frame.payload);
    const event = data?.event.toLowerCase();
    if (event === 'untrack') {
      this.hub.topics.untrack(channel);
      return this.reply(frame, 'ok');
    }
    const meta = z.record(z.string(), z.unknown()).safeParse(data?.payload ?? {});
    if (event !== 'track') return this.reply(frame, 'error', { reason: 'Unknown presence event' });
    if (!meta.success) return this.reply(frame, 'error', { reason: 'Presence track payload must be a map' });
    this.hub.topics.track(channel, meta.data);
    this.reply(frame, 'ok');
  }

  private reply({ joinRef, ref, topic }: Frame, status: 'ok' | 'error', response: object = {}): void {
    const payload = JSON.stringify({ status, response });
    this.send(encodeText(this.version, { joinRef, ref, topic, event: 'phx_reply' }, payload));
  }

  private closeChannel(channel: Channel): void {
    this.forget(channel);
    const { topic, joinRef } = channel;
    this.send(encodeText(this.version, { joinRef, ref: joinRef, topic, event: 'phx_close' }, '{}'));
  }

  private forget(channel: Channel): void {
    this.channels.delete(channel.topic);
    channel.dispose();
    this.hub.topics.leave(channel);
    this.hub.changes.unsubscribe(channel);
    this.hub.sessions.remove(channel);
  }

  private spendCredit(): boolean {
    const now = performance.now();
    const earned = ((now - this.creditAt) / 1000) * limits.messagesPerSecond;
    this.credit = Math.min(limits.messageBurst, this.credit + earned);
    this.creditAt = now;
    if (this.credit < 1) return false;
    this.credit--;
    return true;
  }

  private refuseFlood(frame: Frame): void {
    const channel = this.channels.get(frame.topic);
    if (channel) return this.shutdown(channel, 'Too many messages per second');
    this.reply(frame, 'error', { reason: 'ClientJoinRateLimitReached: Too many joins per second' });
  }
}

function isBinaryBroadcast(payload: unknown): payload is BinaryBroadcast {
  return (
    typeof payload === 'object' && payload !== null && 'body' in payload && Buffer.isBuffer(payload.body)
  );
}
