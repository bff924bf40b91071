import { randomBytes } from 'node:crypto';
import type { Channel } from './channel.ts';
import type { BinaryBroadcast } from './frames.ts';
import { encodeBinaryBroadcast, encodeText } from './frames.ts';

/** A broadcast as text clients send it: `{type: 'broadcast', event, payload}`, already JSON. */
export interface TextBroadcast {
  json: string;
}

type Meta = Record<string, unknown> & { phx_ref: string };
type PresenceState = Record<string, { metas: Meta[] }>;

interface Topic {
  members: Set<Channel>;
  present: Map<Channel, Meta>;
}

/** The public topics: who is on them, their broadcasts and their presence. All of it lives in memory. */
export class Topics {
  private readonly topics = new Map<string, Topic>();

  join(channel: Channel): void {
    const topic = this.topics.get(channel.topic) ?? { members: new Set(), present: new Map() };
    topic.members.add(channel);
    this.topics.set(channel.topic, topic);
    if (channel.presenceEnabled) channel.push('presence_state', JSON.stringify(stateOf(topic)));
  }

  leave(channel: Channel): void {
    this.untrack(channel);
    const topic = this.topics.get(channel.topic);
    topic?.members.delete(channel);
    if (topic?.members.size === 0) this.topics.delete(channel.topic);
  }

  /** Sends a broadcast to everybody on the topic but `sender`, in the form that each one's protocol version reads. */
  broadcast(topic: string, message: BinaryBroadcast | TextBroadcast, sender?: Channel): void {
    const frames = new Map<string, string | Buffer>();
    for (const { connection } of this.receivers(topic, sender)) {
      const frame = frames.get(connection.version) ?? encodeBroadcast(connection.version, topic, message);
      if (frame === undefined) continue;
      frames.set(connection.version, frame);
      connection.send(frame);
    }
  }

  /** Shows `meta` under the channel's presence key, instead of what it showed before. */
  track(channel: Channel, meta: Record<string, unknown>): void {
    const topic = this.topics.get(channel.topic);
    if (!topic) return;
    const before = topic.present.get(channel);
    const now: Meta = {
      ...meta,
      phx_ref: randomBytes(9).toString('base64url'),
      ...(before && { phx_ref_prev: before.phx_ref }),
    };
    topic.present.set(channel, now);
    this.diff(topic, entry(channel, now), before ? entry(channel, before) : {});
  }

  untrack(channel: Channel): void {
    const topic = this.topics.get(channel.topic);
    const before = topic?.present.get(channel);
    if (!topic || !before) return;
    topic.present.delete(channel);
    this.diff(topic, {}, entry(channel, before));
  }

  private *receivers(topic: string, sender: Channel | undefined): Iterable<Channel> {
    for (const member of this.topics.get(topic)?.members ?? []) if (member !== sender) yield member;
  }

  private diff(topic: Topic, joins: PresenceState, leaves: PresenceState): void {
    const payload = JSON.stringify({ joins, leaves });
    for (const member of topic.members) if (member.presenceEnabled) member.push('presence_diff', payload);
  }
}

function entry(channel: Channel, meta: Meta): PresenceState {
  return { [channel.presenceKey]: { metas: [meta] } };
}

function stateOf(topic: Topic): PresenceState {
  const state = new Map<string, { metas: Meta[] }>();
  for (const [{ presenceKey }, meta] of topic.present) {
    const metas = state.get(presenceKey)?.metas ?? [];
    state.set(presenceKey, { metas: [...metas, meta] });
  }
  return Object.fromEntries(state);
}

/** Undefined when the version has no form for it: clients of 1.0.0 can't read bytes. */
function encodeBroadcast(
  version: string,
  topic: string,
  message: BinaryBroadcast | TextBroadcast,
): string | Buffer | undefined {
  if ('json' in message) {
    return encodeText(version === '1.0.0' ? '1.0.0' : '2.0.0', { topic, event: 'broadcast' }, message.json);
  }
  if (version === '2.0.0') return encodeBinaryBroadcast(topic, message);
  if (message.encoding === 'binary') return undefined;
  const payload = `{"type":"broadcast","event":${JSON.stringify(message.event)},"payload":${message.body.toString()}}`;
  return encodeText('1.0.0', { topic, event: 'broadcast' }, payload);
}
