import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { BridgeObserver } from '../bot/observer.ts';
import { Desk } from '../bot/desk.ts';
import { deliveryHandler } from '../bot/inbound/webhook.ts';
import { Leadership } from '../bot/leadership.ts';
import { createSharedBridge } from '../bot/shared-bridge.ts';
import type { SupabaseBackend, TelegramBackend } from './backends.ts';
import type { Config } from './config.ts';
import type { Check } from './routes/health.ts';
import { publicUrlOf } from './server.ts';
import type { Parts } from './stopping.ts';

/** The bridge as the rest of a process sees it, whether it runs there or elsewhere. */
export interface TelegramPart {
  check: () => Promise<Check>;
  /** Stores what Telegram delivers, for the bot that leads. */
  deliver: RequestHandler | undefined;
}

/** Runs the bridge in this process: it carries, or stands by while another does. */
export async function startBridge(options: {
  config: Config;
  service: SupabaseClient;
  watch: SupabaseBackend['watch'];
  telegram: TelegramBackend;
  /** Nobody else can run a desk on its own folder, so after a kill it need not wait for its own lease to end. */
  isOnlyOne: boolean;
  observer: BridgeObserver;
  logger: Logger;
  parts: Parts;
}): Promise<TelegramPart> {
  const { config, service, watch, telegram, isOnlyOne, observer, logger, parts } = options;
  const { token, groupId, apiRoot } = telegram;
  const { webhook, staff } = config.telegram;
  const bridge = createSharedBridge(
    {
      supabase: service,
      watch,
      telegram: { token, groupId, apiRoot, webhook },
      staff,
      locale: config.locale,
      panelUrl: `${publicUrlOf(config.http)}/admin/tickets`,
      logger: logger.child({ part: 'bridge' }),
      observer,
    },
    isOnlyOne ? 'the embedded desk' : randomUUID(),
  );
  parts.add('bridge', () => bridge.stop());
  await bridge.start();
  return { check: () => bridge.health(), deliver: webhook && bridge.webhookHandler };
}

/** The bridge runs in other processes: this one takes deliveries for it and says whether any of them carries. */
export function remoteBridge(config: Config, service: SupabaseClient, logger: Logger): TelegramPart {
  const leadership = new Leadership(service, 'api');
  const { webhook } = config.telegram;
  return {
    check: async () =>
      (await leadership.isLed())
        ? { ok: true }
        : { ok: false, problem: 'No bot carries messages to Telegram: start one by "npm run start:bot".' },
    deliver: webhook && deliveryHandler({ desk: new Desk(service), logger, secret: webhook.secret }),
  };
}
