import { z } from 'zod';

/** The protocol versions of Phoenix channels: objects (1.0.0) or arrays and binary broadcasts (2.0.0). */
export type Version = '1.0.0' | '2.0.0';

/** One message from a client. */
export interface Frame {
  joinRef: string | null;
  ref: string | null;
  topic: string;
  event: string;
  payload: unknown;
}

/** Where a message to a client belongs. */
export interface Envelope {
  joinRef?: string | null;
  ref?: string | null;
  topic: string;
  event: string;
}

/** A broadcast that came as a binary frame; its body is passed on untouched. */
export interface BinaryBroadcast {
  event: string;
  encoding: 'json' | 'binary';
  body: Buffer;
}

/** A frame that isn't one of the protocol's. */
export class MalformedFrame extends Error {}

const reference = z
  .string()
  .nullish()
  .transform((ref) => ref ?? null);
const objectFrame = z.object({
  join_ref: reference,
  ref: reference,
  topic: z.string(),
  event: z.string(),
  payload: z.unknown(),
});
const arrayFrame = z.tuple([reference, reference, z.string(), z.string(), z.unknown()]);

const userBroadcastPush = 3;
const userBroadcast = 4;

/**
 * Reads a text frame.
 * @throws {MalformedFrame}
 */
export function decodeText(version: Version, text: string): Frame {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MalformedFrame('The frame is not JSON');
  }
  if (version === '1.0.0') {
    const { data } = objectFrame.safeParse(json);
    if (!data) throw new MalformedFrame('Expected {topic, event, payload, ref}');
    return {
      joinRef: data.join_ref,
      ref: data.ref,
      topic: data.topic,
      event: data.event,
      payload: data.payload,
    };
  }
  const { data } = arrayFrame.safeParse(json);
  if (!data) throw new MalformedFrame('Expected [join_ref, ref, topic, event, payload]');
  const [joinRef, ref, topic, event, payload] = data;
  return { joinRef, ref, topic, event, payload };
}

/**
 * Reads a binary frame, of which clients have one kind: the user's broadcast. A kind, six lengths and encodings, then
 * the join ref, ref, topic, event and metadata, then the body.
 * @throws {MalformedFrame}
 */
export function decodeBinary(data: Buffer): Frame & { payload: BinaryBroadcast } {
  const header = 7;
  if (data.length < header || data[0] !== userBroadcastPush)
    throw new MalformedFrame('Unknown kind of binary frame');
  let offset = header;
  const fields = [...data.subarray(1, header - 1)].map((length) => {
    offset += length;
    if (offset > data.length) throw new MalformedFrame('The binary frame is too short');
    return data.toString('utf8', offset - length, offset);
  });
  const [joinRef, ref, topic = '', event = ''] = fields;
  return {
    joinRef: joinRef || null,
    ref: ref || null,
    topic,
    event: 'broadcast',
    payload: { event, encoding: data[header - 1] === 1 ? 'json' : 'binary', body: data.subarray(offset) },
  };
}

/** A text frame whose payload is already JSON: what goes to many is written once. */
export function encodeText(version: Version, envelope: Envelope, payload: string): string {
  const { joinRef = null, ref = null } = envelope;
  const topic = JSON.stringify(envelope.topic);
  const event = JSON.stringify(envelope.event);
  return version === '1.0.0'
    ? `{"topic":${topic},"event":${event},"payload":${payload},"ref":${JSON.stringify(ref)}}`
    : `[${JSON.stringify(joinRef)},${JSON.stringify(ref)},${topic},${event},${payload}]`;
}

/** A broadcast as clients of version 2.0.0 read it. */
export function encodeBinaryBroadcast(topic: string, { event, encoding, body }: BinaryBroadcast): Buffer {
  const topicBytes = Buffer.from(topic);
  const eventBytes = Buffer.from(event);
  const header = [userBroadcast, topicBytes.length, eventBytes.length, 0, encoding === 'json' ? 1 : 0];
  return Buffer.concat([Buffer.from(header), topicBytes, eventBytes, body]);
}
