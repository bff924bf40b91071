import type { ConversationBuilder } from '@grammyjs/conversations';
import type { Context } from 'grammy';
import { lengthOf, limits } from '../../core/limits.ts';
import type { DeskAttachment, DeskTicket } from '../desk-shapes.ts';
import type { FoundUser } from '../staff-desk.ts';
import { contentOf, type TelegramFile } from './content.ts';
import type { BotContext, InboundDeps } from './deps.ts';
import { type Dialogue, Exchange, outside } from './dialogue.ts';
import { personOf } from './feature.ts';
import { fetchFile } from './fetch-file.ts';
import { repeatableId } from './ids.ts';
import { refusedFile } from './messages.ts';

/** Users offered to choose from. */
const offered = 8;

/** What staff have written so far. */
interface Draft {
  texts: string[];
  files: TelegramFile[];
}

/** Staff write to a user first: whom, about what, the message with its files, and only then it is sent. */
export function newTicketDialogue(
  deps: InboundDeps,
  token: string,
): ConversationBuilder<BotContext, Context> {
  const { words } = deps;
  return async (dialogue, first, query: string) => {
    const exchange = new Exchange(dialogue, deps, first);
    const user = await chooseUser(dialogue, deps, exchange, query, first.from?.first_name ?? '');
    await exchange.tell(words('dialogue.subject', { nickname: user.nickname, memberId: user.member_id }));
    const subject = await hearSubject(deps, exchange);
    await exchange.tell(words('dialogue.body', { subject }));
    const draft = await hearDraft(deps, exchange);
    const occasion = `new:${first.chat?.id}:${first.msg?.message_id}`;
    const ticket = await outside(dialogue, (ctx) =>
      send(ctx, deps, token, { user, subject, draft, messageId: repeatableId(occasion) }),
    );
    await exchange.conclude(
      words('dialogue.created', { number: ticket.number, nickname: ticket.user.nickname }),
    );
  };
}

async function chooseUser(
  dialogue: Dialogue,
  { tools, words }: InboundDeps,
  exchange: Exchange,
  given: string,
  name: string,
): Promise<FoundUser> {
  let query = given;
  if (query === '') {
    await exchange.tell(words('dialogue.find', { name }));
    query = await exchange.hearText(words('dialogue.needText'));
  }
  for (;;) {
    const wanted = query;
    const found = await outside(dialogue, () => tools.users(wanted, offered));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    const labels = found.map((each, index): [string, string] => [
      words('dialogue.user', { nickname: each.nickname, memberId: each.member_id, email: each.email }),
      String(index),
    ]);
    await exchange.tell(words(only === undefined ? 'dialogue.notFound' : 'dialogue.found'), labels);
    const heard = await exchange.hear();
    const chosen = 'pressed' in heard ? found[Number(heard.pressed)] : undefined;
    if (chosen !== undefined) return chosen;
    if ('message' in heard) query = (heard.message.text ?? '').trim();
  }
}

async function hearSubject({ words }: InboundDeps, exchange: Exchange): Promise<string> {
  for (;;) {
    const text = await exchange.hearText(words('dialogue.needText'));
    const subject = text.replaceAll(/\s+/g, ' ');
    if (lengthOf(subject) <= limits.subjectLength) return subject;
    await exchange.tell(words('dialogue.subjectTooLong'));
  }
}

async function hearDraft({ words }: InboundDeps, exchange: Exchange): Promise<Draft> {
  const draft: Draft = { texts: [], files: [] };
  const isEmpty = (): boolean => draft.texts.length === 0 && draft.files.length === 0;
  for (;;) {
    const heard = await exchange.hear();
    if ('pressed' in heard) {
      if (heard.pressed === 'send' && !isEmpty()) return draft;
      await exchange.tell(words('dialogue.draftEmpty'));
      continue;
    }
    const wasEmpty = isEmpty();
    const complaint = add(draft, contentOf(heard.message, words), words);
    if (complaint !== undefined) await exchange.tell(complaint);
    // Told once: an album of ten would cost ten messages of the budget.
    else if (wasEmpty && !isEmpty())
      await exchange.tell(words('dialogue.draft'), [[words('press.send'), 'send']]);
  }
}

/** Adds to the draft; gives what to say when it can't. */
function add(
  draft: Draft,
  content: ReturnType<typeof contentOf>,
  words: InboundDeps['words'],
): string | undefined {
  if (content.kind === 'unsupported') return words('file.unsupported', { kind: content.what });
  if (content.kind !== 'message') return undefined;
  const { file, text } = content;
  if (file !== null) {
    if (draft.files.length >= limits.attachmentsPerMessage) return words('dialogue.draftFull');
    if ((file.size ?? 0) > limits.attachmentBytes) return refusedFile('too_large', file, words);
    draft.files.push(file);
  }
  if (text !== '') draft.texts.push(text);
  return undefined;
}

async function send(
  ctx: BotContext,
  deps: InboundDeps,
  token: string,
  what: { user: FoundUser; subject: string; draft: Draft; messageId: string },
): Promise<DeskTicket> {
  const attachments: DeskAttachment[] = [];
  for (const file of what.draft.files) {
    const fetched = await fetchFile(
      { api: ctx.api, apiRoot: deps.apiRoot, token },
      deps.desk,
      file,
      what.messageId,
    );
    if (fetched.outcome === 'stored') attachments.push(fetched.attachment);
    else ctx.answer(refusedFile(fetched.outcome, file, deps.words));
  }
  return await deps.tools.createTicket({
    user_id: what.user.id,
    subject: what.subject,
    message_id: what.messageId,
    body: what.draft.texts.join('\n\n'),
    attachments,
    telegram_user_id: personOf(ctx).telegram_user_id,
  });
}
