import { z } from 'zod';
import { BotApiError, badRequest } from '../errors.ts';
import { botOf, type World } from '../world.ts';
import { flag, integer, json, method, optionalInteger, optionalText, type Method } from './method.ts';

const allowedUpdates = json(z.array(z.string(), "can't parse allowed updates list")).optional();

const getMe: Method = (_params, { world }) => ({
  ...botOf(world).user,
  can_join_groups: true,
  can_read_all_group_messages: !botOf(world).privacy,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
});

const getUpdates = method(
  z.object({
    offset: optionalInteger,
    limit: optionalInteger,
    timeout: optionalInteger,
    allowed_updates: allowedUpdates,
  }),
  (params, { world, signal }) =>
    world.updates.poll(
      {
        offset: params.offset ?? 0,
        limit: Math.min(100, Math.max(1, params.limit ?? 100)),
        timeout: Math.min(50, Math.max(0, params.timeout ?? 0)),
        ...(params.allowed_updates ? { allowedUpdates: params.allowed_updates } : {}),
      },
      signal,
    ),
);

function dropWebhook(world: World): void {
  const { webhook: _, ...bot } = botOf(world);
  world.store.put('bot', 'self', bot);
}

const setWebhook = method(
  z.object({
    url: z.string().default(''),
    secret_token: optionalText,
    max_connections: integer('max_connections must be a number').optional(),
    allowed_updates: allowedUpdates,
    drop_pending_updates: flag,
  }),
  (params, { world }) => {
    if (params.url !== '' && !/^https?:\/\/[^/]/.test(params.url)) {
      throw badRequest('bad webhook: invalid HTTP URL specified');
    }
    if (params.secret_token !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(params.secret_token)) {
      throw badRequest('secret token contains unallowed characters');
    }
    world.store.transaction(() => {
      if (params.drop_pending_updates) world.updates.confirm();
      if (params.allowed_updates) world.updates.allow(params.allowed_updates);
      dropWebhook(world);
      if (params.url === '') return;
      world.store.put('bot', 'self', {
        ...botOf(world),
        webhook: {
          url: params.url,
          maxConnections: Math.min(100, Math.max(1, params.max_connections ?? 40)),
          ...(params.secret_token ? { secretToken: params.secret_token } : {}),
        },
      });
    });
    if (params.url !== '') world.updates.endPoll('terminated by setWebhook request');
    world.updates.wake();
    return true;
  },
);

const deleteWebhook = method(z.object({ drop_pending_updates: flag }), (params, { world }) => {
  world.store.transaction(() => {
    dropWebhook(world);
    if (params.drop_pending_updates) world.updates.confirm();
  });
  return true;
});

const getWebhookInfo: Method = (_params, { world }) => {
  const { webhook, allowedUpdates: allowed } = botOf(world);
  return {
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: world.updates.pending().length,
    ...(webhook
      ? {
          max_connections: webhook.maxConnections,
          ...(webhook.lastErrorDate ? { last_error_date: webhook.lastErrorDate } : {}),
          ...(webhook.lastErrorMessage ? { last_error_message: webhook.lastErrorMessage } : {}),
        }
      : {}),
    ...(allowed ? { allowed_updates: allowed } : {}),
  };
};

const scope = { scope: json(z.looseObject({ type: z.string() })).optional(), language_code: optionalText };
const language = { language_code: optionalText };

/** Commands are kept for each scope and language. */
function commandKey(params: {
  scope?: Record<string, unknown> | undefined;
  language_code?: string | undefined;
}): string {
  const { type = 'default', ...rest } = params.scope ?? {};
  return JSON.stringify([type, rest, params.language_code ?? '']);
}

const setMyCommands = method(
  z.object({
    ...scope,
    commands: json(
      z.array(z.object({ command: z.string(), description: z.string() }), "can't parse commands list"),
    ),
  }),
  (params, { world }) => {
    if (params.commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
    const commands = params.commands.map(({ command, description }) => ({
      command: command.replace(/^\//, ''),
      description,
    }));
    for (const { command, description } of commands) {
      if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
      if (description.length < 1 || description.length > 256)
        throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
    }
    world.store.put('commands', commandKey(params), commands);
    return true;
  },
);

/** setMyName and its like; `limit` in characters. */
function profileText(
  parameter: string,
  field: 'names' | 'descriptions' | 'shortDescriptions',
  limit: number,
): [Method, Method] {
  const set = method(z.object({ ...language, [parameter]: optionalText }), (params, { world }) => {
    const given = params as Record<string, string | undefined>;
    const text = given[parameter] ?? '';
    if (text.length > limit) throw badRequest(`${parameter} is too long`);
    const bot = botOf(world);
    world.store.put('bot', 'self', {
      ...bot,
      [field]: { ...bot[field], [given['language_code'] ?? '']: text },
    });
    return true;
  });
  const get = method(z.object(language), (params, { world }) => {
    const texts = botOf(world)[field];
    return { [parameter]: texts[params.language_code ?? ''] ?? texts[''] ?? '' };
  });
  return [set, get];
}

const [setMyName, getMyName] = profileText('name', 'names', 64);
const [setMyDescription, getMyDescription] = profileText('description', 'descriptions', 512);
const [setMyShortDescription, getMyShortDescription] = profileText(
  'short_description',
  'shortDescriptions',
  120,
);

const getFile = method(z.object({ file_id: z.string('invalid file_id') }), (params, { world }) => {
  const file = world.store.get('files', params.file_id);
  if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
  if (file.size > 20 * 1024 * 1024) throw badRequest('file is too big');
  return { file_id: file.fileId, file_unique_id: file.uniqueId, file_size: file.size, file_path: file.path };
});

/** Telegram's cloud lets go of a bot only ten minutes after it started; here there is nothing to let go of. */
const goodbye: Method = () => true;

/** Anything else a bot may call is spelled wrong, or isn't played here. */
export function unknownMethod(): never {
  throw new BotApiError(404, 'Not Found');
}

/** The Bot API's methods about the bot itself, its updates and its files. */
export const accountMethods: Record<string, Method> = {
  getMe,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  getFile,
  setMyCommands,
  getMyCommands: method(
    z.object(scope),
    (params, { world }) => world.store.get('commands', commandKey(params)) ?? [],
  ),
  deleteMyCommands: method(z.object(scope), (params, { world }) => {
    world.store.remove('commands', commandKey(params));
    return true;
  }),
  setMyName,
  getMyName,
  setMyDescription,
  getMyDescription,
  setMyShortDescription,
  getMyShortDescription,
  close: goodbye,
  logOut: goodbye,
};
