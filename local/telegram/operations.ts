import type { MessageEntity } from 'grammy/types';
import { z } from 'zod';
import type { StaffFile } from './writing.ts';
import type { Telegram } from './server.ts';

/** One operation of the control surface over HTTP: its checked input and what it does. */
export interface Operation {
  run: (telegram: Telegram, input: unknown, files: StaffFile[]) => unknown;
}

function operation<S extends z.ZodType>(
  schema: S,
  run: (telegram: Telegram, input: z.output<S>, files: StaffFile[]) => unknown,
): Operation {
  return { run: (telegram, input, files) => run(telegram, schema.parse(input), files) };
}

const chat = z.enum(['group', 'private']).optional();
const by = { as: z.string() };
const aimed = { ...by, chat, messageId: z.int() };
const wait = z.number().min(0).max(60_000).optional();
const kind = z.enum(['photo', 'document', 'video', 'voice', 'audio', 'animation', 'sticker', 'video_note']);

const message = z.strictObject({
  ...by,
  chat,
  topic: z.int().optional(),
  text: z.string().max(4096).optional(),
  html: z.string().optional(),
  entities: z.array(z.looseObject({ type: z.string(), offset: z.int(), length: z.int() })).optional(),
  replyTo: z.int().optional(),
  quote: z.string().optional(),
  /** Files without multipart: their bytes in base64. */
  files: z
    .array(
      z.object({
        name: z.string(),
        mimeType: z.string(),
        base64: z.base64(),
        kind: kind.optional(),
        duration: z.number().optional(),
      }),
    )
    .default([]),
  /** The kind of all files that come as multipart: "document" sends pictures as files. */
  kind: kind.optional(),
  location: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
  contact: z
    .object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() })
    .optional(),
  albumDelay: z.number().min(0).optional(),
  forwardedFrom: z.string().optional(),
  heard: z.boolean().optional(),
});

const rights = z.strictObject({
  administrator: z.boolean().optional(),
  can_manage_topics: z.boolean().optional(),
  can_delete_messages: z.boolean().optional(),
  can_pin_messages: z.boolean().optional(),
  can_change_info: z.boolean().optional(),
  can_restrict_members: z.boolean().optional(),
  can_invite_users: z.boolean().optional(),
});

const fault = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('error'),
    code: z.int().min(400).max(599),
    description: z.string().optional(),
    retryAfter: z.int().optional(),
  }),
  z.object({ kind: z.literal('reset'), accepted: z.boolean() }),
  z.object({ kind: z.literal('hang'), accepted: z.boolean() }),
  z.object({ kind: z.literal('slow'), ms: z.number().min(0) }),
]);

const rule = z.object({
  method: z.string().optional(),
  probability: z.number().min(0).max(1).optional(),
  count: z.int().min(1).optional(),
  skip: z.int().min(0).optional(),
  fault,
});

/** A value without the keys that are undefined, as exact optional types want it. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, content]) => content !== undefined)) as never;
}

/** `POST /control/<name>` by name. Input and output are JSON; each mirrors a call of the typed surface. */
export const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    'staff/post',
    operation(message, ({ staff }, { files, kind: common, entities, ...wish }, uploads) =>
      staff.post({
        ...wish,
        entities: entities as MessageEntity[] | undefined,
        files: [
          ...files.map(({ base64, ...file }) => ({ ...file, bytes: Buffer.from(base64, 'base64') })),
          ...uploads.map((file) => ({ ...file, kind: common })),
        ],
      }),
    ),
  ],
  [
    'staff/edit',
    operation(
      z.object({ ...aimed, text: z.string().optional(), html: z.string().optional() }),
      ({ staff }, wish) => staff.edit(wish),
    ),
  ],
  ['staff/delete', operation(z.object(aimed), ({ staff }, wish) => staff.delete(wish))],
  [
    'staff/react',
    operation(z.object({ ...aimed, emoji: z.string().optional() }), ({ staff }, wish) => staff.react(wish)),
  ],
  [
    'staff/press',
    operation(z.object({ ...aimed, button: z.string(), wait }), ({ staff }, wish) => staff.press(wish)),
  ],
  [
    'staff/press-data',
    operation(z.object({ ...aimed, data: z.string(), wait }), ({ staff }, wish) => staff.pressData(wish)),
  ],
  [
    'staff/block',
    operation(z.object({ ...by, blocked: z.boolean() }), ({ staff }, wish) => staff.setBlocked(wish)),
  ],
  [
    'topics/create',
    operation(
      z.object({ ...by, name: z.string(), iconCustomEmojiId: z.string().optional() }),
      ({ staff }, wish) => staff.createTopic(wish),
    ),
  ],
  [
    'topics/close',
    operation(z.object({ ...by, topic: z.int() }), ({ staff }, wish) =>
      staff.setTopicClosed({ ...wish, closed: true }),
    ),
  ],
  [
    'topics/reopen',
    operation(z.object({ ...by, topic: z.int() }), ({ staff }, wish) =>
      staff.setTopicClosed({ ...wish, closed: false }),
    ),
  ],
  [
    'topics/rename',
    operation(z.object({ ...by, topic: z.int(), name: z.string() }), ({ staff }, wish) =>
      staff.renameTopic(wish),
    ),
  ],
  [
    'topics/delete',
    operation(
      z.object({
        ...by,
        topic: z.int(),
        error: z.enum(['message thread not found', 'TOPIC_DELETED']).optional(),
      }),
      ({ staff }, wish) => staff.deleteTopic(wish),
    ),
  ],
  ['group/rights', operation(rights, ({ group }, wish) => group.setRights(defined(wish)))],
  [
    'group/bot',
    operation(
      z.object({ status: z.enum(['kicked', 'left', 'administrator', 'member', 'deleted']) }),
      ({ group }, { status }) => group.setBot(status),
    ),
  ],
  [
    'group/privacy',
    operation(z.object({ privacy: z.boolean() }), ({ group }, wish) => group.setPrivacy(wish.privacy)),
  ],
  [
    'group/forum',
    operation(z.object({ forum: z.boolean() }), ({ group }, wish) => ({
      groupId: group.setForum(wish.forum),
    })),
  ],
  ['group/migrate', operation(z.object({}), ({ group }) => ({ groupId: group.migrate() }))],
  ['faults/add', operation(rule, ({ faults }, wish) => ({ id: faults.add(wish) }))],
  ['faults/remove', operation(z.object({ id: z.int() }), ({ faults }, { id }) => faults.remove(id))],
  ['faults/clear', operation(z.object({}), ({ faults }) => faults.clear())],
  [
    'updates/redeliver',
    operation(z.object({ updateId: z.int().optional() }), (telegram, { updateId }) => ({
      updateId: telegram.redeliver(updateId),
    })),
  ],
  [
    'updates/restart-ids',
    operation(z.object({ from: z.int().min(1).optional() }), (telegram, { from }) => ({
      next: telegram.restartUpdateIds(from),
    })),
  ],
]);
