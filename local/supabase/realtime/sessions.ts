import type { Pool } from 'pg';
import { z } from 'zod';
import type { Channel } from './channel.ts';

const uuid = z.guid();

/** Which channels live on which session of `auth.sessions`: they end with it. */
export class Sessions {
  private readonly pool: Pool;
  private readonly channels = new Map<string, Set<Channel>>();
  private readonly sessionOf = new Map<Channel, string>();
  /** The questions under way: a session may end while its answer is still on the road. */
  private readonly asked = new Set<{ session: string; ended: boolean }>();

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Whether the session a token names exists; tokens without one (API keys) depend on none. */
  async isAlive(session: string | undefined): Promise<boolean> {
    if (session === undefined) return true;
    if (!uuid.safeParse(session).success) return false;
    const question = { session, ended: false };
    this.asked.add(question);
    try {
      return (await this.alive([session])).has(session) && !question.ended;
    } finally {
      this.asked.delete(question);
    }
  }

  /** Ties the channel to the session of its claims, and to no other. */
  add(channel: Channel): void {
    this.remove(channel);
    const session = channel.claims.session_id;
    if (session === undefined) return;
    const channels = this.channels.get(session) ?? new Set();
    this.channels.set(session, channels.add(channel));
    this.sessionOf.set(channel, session);
  }

  remove(channel: Channel): void {
    const session = this.sessionOf.get(channel);
    if (session === undefined) return;
    this.sessionOf.delete(channel);
    const channels = this.channels.get(session);
    channels?.delete(channel);
    if (channels?.size === 0) this.channels.delete(session);
  }

  /** Ends all channels of a session that is gone. */
  end(session: string): void {
    for (const question of this.asked) if (question.session === session) question.ended = true;
    for (const channel of [...(this.channels.get(session) ?? [])]) {
      channel.connection.shutdown(channel, 'The session of this token has ended');
    }
  }

  /** Ends the channels of sessions that went while nobody listened. */
  async endGone(): Promise<void> {
    const sessions = [...this.channels.keys()];
    const alive = await this.alive(sessions);
    for (const session of sessions) if (!alive.has(session)) this.end(session);
  }

  private async alive(sessions: string[]): Promise<Set<string>> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'realtime_sessions_alive',
      text: 'select id from auth.sessions where id = any ($1::uuid[])',
      values: [sessions],
    });
    return new Set(rows.map(({ id }) => id));
  }
}
