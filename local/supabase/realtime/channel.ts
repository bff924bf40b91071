import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { Claims } from '../context.ts';
import type { Connection } from './connection.ts';
import type { Version } from './frames.ts';
import { encodeText } from './frames.ts';

/** Longest wait `setTimeout` can do, in milliseconds. */
const maxTimeout = 2 ** 31 - 1;

/** A binding of a channel under the id its events carry. */
export interface BoundBinding {
  id: number;
  /** What the client asked for, unread: an invalid one is only reported after the join, as Supabase does. */
  raw: Record<string, unknown>;
}

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** The payload of `phx_join`. */
export const joinPayload = z.object({
  access_token: z.string().nullish(),
  config: z
    .object({
      broadcast: z.object({ ack: flag.default(false), self: flag.default(false) }).nullish(),
      presence: z.object({ key: z.string().nullish(), enabled: flag.default(false) }).nullish(),
      postgres_changes: z.array(z.record(z.string(), z.unknown()).nullable()).nullish(),
      private: flag.nullish(),
    })
    .nullish(),
});

/** One topic that one connection has joined. */
export class Channel {
  readonly connection: Connection;
  readonly topic: string;
  readonly joinRef: string | null;
  readonly acknowledges: boolean;
  readonly hearsItself: boolean;
  readonly presenceEnabled: boolean;
  readonly presenceKey: string;
  readonly bindings: BoundBinding[];
  /** Whose eyes the changes are seen with. */
  claims: Claims;
  /** The claims as policies get them; channels with the same text see the same. */
  claimsJson: string;
  /** The token the claims are from; undefined when they are the API key's. */
  token: string | undefined;
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    connection: Connection,
    topic: string,
    joinRef: string | null,
    join: z.infer<typeof joinPayload>,
  ) {
    const { broadcast, presence, postgres_changes: changes } = join.config ?? {};
    this.connection = connection;
    this.topic = topic;
    this.joinRef = joinRef;
    this.acknowledges = broadcast?.ack ?? false;
    this.hearsItself = broadcast?.self ?? false;
    this.presenceEnabled = presence?.enabled ?? false;
    this.presenceKey = presence?.key || randomUUID();
    this.bindings = (changes ?? [])
      .filter((raw) => raw !== null)
      .map((raw) => ({ id: connection.nextBindingId(), raw }));
    this.claims = connection.keyClaims;
    this.claimsJson = JSON.stringify(this.claims);
  }

  /** The name without the `realtime:` that all topics begin with. */
  get name(): string {
    return this.topic.replace(/^realtime:/, '');
  }

  get version(): Version {
    return this.connection.version;
  }

  /**
   * Sees through other claims from now on, and ends when they expire.
   * @param onExpiry told how many seconds ago that was.
   */
  authorize(token: string | undefined, claims: Claims, onExpiry: (secondsAgo: number) => void): void {
    this.token = token;
    this.claims = claims;
    this.claimsJson = JSON.stringify(claims);
    clearTimeout(this.expiry);
    const { exp } = claims;
    if (exp === undefined) return;
    // Node's timers can be a millisecond early, and can't be as late as a token may ask for.
    const wait = () => {
      const left = exp * 1000 - Date.now();
      if (left > 0) this.expiry = setTimeout(wait, Math.min(left, maxTimeout));
      else onExpiry(Math.floor(-left / 1000));
    };
    this.expiry = setTimeout(wait);
  }

  /** Sends an event whose payload is already JSON. */
  push(event: string, payload: string): void {
    const { topic, joinRef, version } = this;
    this.connection.send(encodeText(version, { topic, event, joinRef }, payload));
  }

  pushSystem(extension: 'system' | 'postgres_changes', status: 'ok' | 'error', message: string): void {
    this.push('system', JSON.stringify({ extension, status, message, channel: this.name }));
  }

  /** Stops what the channel has running by itself. */
  dispose(): void {
    clearTimeout(this.expiry);
  }
}

/** What is wrong with a token that didn't verify, in Supabase's words. */
export function tokenProblem(token: string): { code: string; message: string } {
  let exp: number | undefined;
  try {
    ({ exp } = decodeJwt(token));
  } catch {
    return { code: 'MalformedJWT', message: 'The token provided is not a valid JWT' };
  }
  const secondsAgo = exp === undefined ? -1 : Math.floor(Date.now() / 1000 - exp);
  return secondsAgo >= 0
    ? { code: 'InvalidJWTToken', message: expiredMessage(secondsAgo) }
    : { code: 'JwtSignatureError', message: 'Failed to validate JWT signature' };
}

export function expiredMessage(secondsAgo: number): string {
  return `Token has expired ${secondsAgo} seconds ago`;
}
