import { randomBytes } from 'node:crypto';
import { Api, GrammyError, HttpError } from 'grammy';
import { webhookAt } from '../../api/config.ts';
import { checkStanding } from '../../bot/telegram/check.ts';
import { findGroup, type FoundGroup } from '../../bot/telegram/find-group.ts';
import { registerCommands, registerDelivery } from '../../bot/telegram/register.ts';
import { createWords } from '../../bot/words.ts';
import { type Session, SetupError } from './session.ts';

const tokenForm = /^\d+:[\w-]+$/;
/** Where Telegram delivers to: only addresses like this can be reached by it. */
const deliverable = /^https:\/\//;

/** Connects the bot and its group, and tells Telegram of the bot's commands and of how updates come to it. */
export async function connectTelegram(session: Session): Promise<void> {
  const { dialogue, words, get, set, locale } = session;
  const root = get('TELEGRAM_API_ROOT') ?? 'https://api.telegram.org';
  const unreachable = () => session.problemWords('telegram.unreachable', { root });
  const apiOf = (token: string) => new Api(token, { apiRoot: root });
  const fresh = get('TELEGRAM_BOT_TOKEN') === undefined;
  if (fresh) {
    const wanted = await dialogue.choose(words('telegram.ask'), {
      yes: words('telegram.yes'),
      no: words('telegram.no'),
    });
    if (wanted === 'no') return;
  }
  try {
    const { token, bot } = await chooseBot();
    set('TELEGRAM_BOT_TOKEN', token);
    const api = apiOf(token);
    const group = await chooseGroup(api, bot);
    set('TELEGRAM_GROUP_ID', String(group.id));
    await awaitRights(api, group);

    if (fresh) await chooseDelivery();
    const url = get('TELEGRAM_WEBHOOK_URL');
    const secret = get('TELEGRAM_WEBHOOK_SECRET');
    await registerDelivery(api, url && secret ? { url: webhookAt(url).href, secret } : undefined);
    await registerCommands(api, group.id, locale);
    dialogue.success(words('telegram.registered'));
  } catch (error) {
    if (error instanceof HttpError) throw new SetupError(unreachable());
    throw error;
  }

  /** What is wrong with a token; the bot's name when nothing is. */
  async function judge(token: string): Promise<{ bot: string } | { problem: string }> {
    const refused = { problem: createWords(locale)('check.token') };
    if (!tokenForm.test(token)) return refused;
    try {
      return { bot: (await apiOf(token).getMe()).username };
    } catch (error) {
      if (error instanceof HttpError) return { problem: unreachable() };
      if (error instanceof GrammyError && [401, 404].includes(error.error_code)) return refused;
      throw error;
    }
  }

  async function chooseBot(): Promise<{ token: string; bot: string }> {
    const kept = get('TELEGRAM_BOT_TOKEN');
    if (kept !== undefined) {
      const known = await judge(kept);
      if ('bot' in known) return { token: kept, ...known };
      dialogue.problem(known.problem);
    }
    const token = await dialogue.ask({
      message: words('telegram.token'),
      secret: true,
      check: async (typed) => {
        const judged = await judge(typed);
        return 'problem' in judged ? judged.problem : undefined;
      },
    });
    const judged = await judge(token);
    if ('problem' in judged) throw new SetupError(judged.problem);
    dialogue.success(words('telegram.bot', judged));
    return { token, ...judged };
  }

  async function chooseGroup(api: Api, bot: string): Promise<FoundGroup> {
    const kept = Number(get('TELEGRAM_GROUP_ID') ?? Number.NaN);
    if (Number.isSafeInteger(kept)) {
      const known = await findGroup(api, kept);
      if (known !== undefined) {
        const corrected = known.id !== kept;
        dialogue.success(
          corrected ? words('telegram.corrected', { ...known }) : words('telegram.known', { bot, ...known }),
        );
        return known;
      }
      dialogue.problem(session.problemWords('telegram.botNotInGroup', { bot, group: kept }));
    }
    await dialogue.confirm(words('telegram.addToGroup', { bot }), words('done'));
    const seen = await groupsIn(api);
    if (seen.length > 0) {
      const options = Object.fromEntries(seen.map(({ id, title }) => [`g${id}`, `${title} (${id})`]));
      const which = await dialogue.choose(words('telegram.which'), {
        ...options,
        other: words('telegram.other'),
      });
      const chosen = seen.find(({ id }) => `g${id}` === which);
      if (chosen !== undefined) return chosen;
    }
    return await askForGroup(api, bot);
  }

  async function askForGroup(api: Api, bot: string): Promise<FoundGroup> {
    let found: FoundGroup | undefined;
    await dialogue.ask({
      message: words('telegram.groupId'),
      check: async (typed) => {
        if (!/^-?\d{5,15}$/.test(typed)) return words('telegram.groupIdWrong');
        found = await findGroup(api, Number(typed));
        const group = typed;
        return found ? undefined : session.problemWords('telegram.botNotInGroup', { bot, group });
      },
    });
    dialogue.success(words('telegram.corrected', { ...found! }));
    return found!;
  }

  /** Looks at the bot's rights until it has all that the bridge can't do without. */
  async function awaitRights(api: Api, group: FoundGroup): Promise<void> {
    for (;;) {
      const { problems, hints } = await checkStanding(api, group.id, locale);
      for (const remark of [...problems, ...hints]) dialogue.problem(remark);
      if (problems.length === 0) return dialogue.success(words('telegram.ready', { title: group.title }));
      await dialogue.confirm(words('telegram.fix'), words('done'));
    }
  }

  async function chooseDelivery(): Promise<void> {
    const publicUrl = get('PUBLIC_URL');
    if (get('TELEGRAM_WEBHOOK_URL') !== undefined || !publicUrl || !deliverable.test(publicUrl)) return;
    const { href: url } = webhookAt(publicUrl);
    const delivery = await dialogue.choose(words('telegram.delivery'), {
      polling: words('telegram.polling'),
      webhook: words('telegram.webhook', { url }),
    });
    if (delivery === 'polling') return;
    set('TELEGRAM_WEBHOOK_URL', publicUrl);
    if (get('TELEGRAM_WEBHOOK_SECRET') === undefined)
      set('TELEGRAM_WEBHOOK_SECRET', randomBytes(24).toString('base64url'));
  }
}

/** The groups the bot has heard from lately: it was added to them, or somebody wrote there. Takes no update away. */
async function groupsIn(api: Api): Promise<FoundGroup[]> {
  // With a webhook or another poller Telegram refuses; then there is nothing to be seen.
  const updates = await api.getUpdates({ timeout: 0 }).catch((error: unknown) => {
    if (error instanceof GrammyError && error.error_code === 409) return [];
    throw error;
  });
  const groups = new Map<number, FoundGroup>();
  for (const update of updates) {
    const chat = (update.my_chat_member ?? update.message)?.chat;
    if (chat?.type === 'group' || chat?.type === 'supergroup')
      groups.set(chat.id, { id: chat.id, title: chat.title });
    // Its old number leads nowhere any more.
    if (update.message?.migrate_to_chat_id !== undefined) groups.delete(update.message.chat.id);
  }
  return [...groups.values()];
}
