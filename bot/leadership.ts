import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { DeskUnavailable } from './desk-call.ts';

/** How long the lead lasts without being renewed, in seconds: so long nobody carries after a kill. */
export const leaseSeconds = 5;
/** A question that takes longer has failed, in milliseconds; well within a lease. */
const patience = 3_000;

/** The lease by which one of several bots carries the bridge. Every method throws DeskUnavailable. */
export class Leadership {
  readonly #supabase: SupabaseClient;
  readonly #holder: string;

  /**
   * @param supabase a client with the secret (service role) key
   * @param holder this process's name among the bots; one that is started again under its old name leads at once
   */
  constructor(supabase: SupabaseClient, holder: string) {
    this.#supabase = supabase;
    this.#holder = holder;
  }

  /** Takes or keeps the lead; false while another has it. */
  lead(): Promise<boolean> {
    return this.#call('telegram_lead', { holder: this.#holder, lease_seconds: leaseSeconds }, z.boolean());
  }

  /** Gives the lead back; harmless when another has it. */
  async resign(): Promise<void> {
    await this.#call('telegram_resign', { holder: this.#holder }, z.unknown());
  }

  /** Whether any bot leads. */
  isLed(): Promise<boolean> {
    return this.#call('telegram_is_led', {}, z.boolean());
  }

  async #call<T>(name: string, args: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    const response = await this.#supabase.rpc(name, args).abortSignal(AbortSignal.timeout(patience));
    if (response.error !== null) throw new DeskUnavailable(name, response.error);
    return schema.parse(response.data);
  }
}
