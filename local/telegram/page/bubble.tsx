import { clsx } from 'clsx';
import type { Message } from 'grammy/types';
import { BellOff, Forward } from 'lucide-react';
import type { MessageRecord, PersonRecord } from '../model.ts';
import { Avatar, nameColour } from './avatar.tsx';
import { Keyboard } from './keyboard.tsx';
import { Media, Mosaic } from './media.tsx';
import { MessageMenu } from './message-menu.tsx';
import { previewOf } from './preview.ts';
import { authorOf, isMine } from './reading.ts';
import { RichText } from './rich-text.tsx';
import { clockTime } from './time.ts';
import { useLanguage, useWords } from './words.ts';

/** What the composer is asked to do with a message. */
export interface MessageIntents {
  reply: (message: Message) => void;
  edit: (message: Message) => void;
}

function Quote({ message, quote, mine }: { message: Message; quote: string | undefined; mine: boolean }) {
  const words = useWords();
  const author = authorOf(message);
  const show = (): void => {
    const target = document.getElementById(`message-${message.message_id}`);
    target?.scrollIntoView({ block: 'center', behavior: 'smooth' });
    target?.classList.remove('flash');
    requestAnimationFrame(() => target?.classList.add('flash'));
  };
  return (
    <button
      type="button"
      onClick={show}
      className="mb-1 block w-full min-w-52 rounded-md border-l-3 border-accent bg-quote px-2.5 py-1 text-left text-sm"
    >
      <span
        className={clsx(
          'block w-0 min-w-full truncate font-semibold',
          mine ? 'text-accent' : nameColour(author.id),
        )}
      >
        {author.name}
      </span>
      <span className="block w-0 min-w-full truncate opacity-80">{quote ?? previewOf(message, words)}</span>
    </button>
  );
}

/** Old symbols among the reactions ("❤") are drawn as emoji only when told to be. */
function coloured(emoji: string): string {
  return emoji.length === 1 ? `${emoji}\uFE0F` : emoji;
}

/** The people and bots who reacted, by emoji. */
function Reactions({ records }: { records: MessageRecord[] }) {
  const all = records.flatMap(({ reactions }) => Object.values(reactions));
  if (all.length === 0) return null;
  return (
    <span className="flex flex-wrap gap-1">
      {[...new Set(all)].map((emoji) => (
        <span key={emoji} className="rounded-full bg-soft px-2 py-0.5 text-sm text-ink">
          {coloured(emoji)}{' '}
          <span className="text-xs font-medium">{all.filter((other) => other === emoji).length}</span>
        </span>
      ))}
    </span>
  );
}

/** One message, or the parts of one album, with what belongs to it. */
export function Bubble(props: {
  records: MessageRecord[];
  me: PersonRecord;
  /** The first of several by the same author: carries the name. */
  first: boolean;
  /** The last of them: carries the picture. */
  last: boolean;
  privateChat: boolean;
  intents: MessageIntents;
}) {
  const { records, me, first, last, privateChat, intents } = props;
  const words = useWords();
  const language = useLanguage((state) => state.language);
  const message = records[0]?.message;
  if (!message) return null;
  const mine = isMine(message, me);
  const author = authorOf(message);
  const visual = records.filter((record) => record.message.photo ?? record.message.video);
  const others = records.filter((record) => !(record.message.photo ?? record.message.video));
  const spoken = records.find((record) => record.message.text ?? record.message.caption)?.message;
  const answered = message.reply_to_message?.forum_topic_created ? undefined : message.reply_to_message;
  const bare = message.sticker !== undefined;
  const edited = records.some((record) => record.message.edit_date !== undefined);
  const forwarded = message.forward_origin;
  const bleed = visual.length > 0;
  const reacted = records.some((record) => Object.keys(record.reactions).length > 0);

  return (
    <article
      id={`message-${message.message_id}`}
      data-testid="message"
      data-message-id={message.message_id}
      aria-label={`${mine ? words.you : author.name}, ${clockTime(message.date, language)}`}
      className={clsx(
        'group/message flex items-end gap-2 rounded-2xl',
        mine && 'flex-row-reverse',
        first ? 'mt-2' : 'mt-0.5',
      )}
    >
      {!mine && !privateChat && (
        <span className="w-9 shrink-0">
          {last && <Avatar id={author.id} name={author.name} brand={author.isBot} />}
        </span>
      )}
      <div className="max-w-[min(34rem,84%)] min-w-0">
        <div
          className={clsx(
            'rise relative overflow-hidden rounded-2xl',
            bare ? '' : ['lift px-3 pt-1.5 pb-1.5', mine ? 'on-mine bg-mine text-mine-ink' : 'bg-theirs'],
            last && !bare && (mine ? 'rounded-br-md' : 'rounded-bl-md'),
          )}
        >
          {first && !mine && !privateChat && !bare && (
            <p className={clsx('pr-8 text-sm font-semibold', nameColour(author.id))}>
              {author.name}
              {author.isBot && <span className="ml-1.5 text-xs font-normal text-dim">{words.botLabel}</span>}
            </p>
          )}
          {forwarded && (
            <p className="flex items-center gap-1 text-sm text-accent">
              <Forward aria-hidden className="size-4" />
              {words.forwarded(
                forwarded.type === 'user'
                  ? forwarded.sender_user.first_name
                  : forwarded.type === 'hidden_user'
                    ? forwarded.sender_user_name
                    : '',
              )}
            </p>
          )}
          {answered && <Quote message={answered} quote={message.quote?.text} mine={mine} />}
          {bleed && (
            <div
              className={clsx(
                '-mx-3 overflow-hidden',
                first && !mine && !privateChat ? 'mt-1' : answered ? '' : '-mt-1.5',
                spoken || reacted ? 'mb-1' : '-mb-1.5',
              )}
            >
              {visual.length > 1 ? (
                <Mosaic messages={visual.map((record) => record.message)} />
              ) : (
                visual[0] && <Media message={visual[0].message} />
              )}
            </div>
          )}
          {others.map((record) => (
            <Media key={record.message.message_id} message={record.message} />
          ))}
          {spoken && (
            <RichText
              text={spoken.text ?? spoken.caption ?? ''}
              entities={spoken.entities ?? spoken.caption_entities}
              // Keeps room for the time, which stands in the corner.
              trailing={
                !reacted && (
                  <span aria-hidden className="invisible ml-3 inline-block h-0 text-[11px]">
                    {edited && `${words.edited} `}00:00
                  </span>
                )
              }
            />
          )}
          <div className={clsx(reacted && 'mt-1 flex items-end justify-between gap-4')}>
            <Reactions records={records} />
            <p
              className={clsx(
                'shrink-0 text-right text-[11px] leading-4 whitespace-nowrap',
                !reacted && bleed && !spoken
                  ? 'absolute right-2 bottom-2 rounded-full bg-black/50 px-2 py-0.5 text-white'
                  : 'opacity-70',
                !reacted && spoken && 'absolute right-3 bottom-1',
              )}
            >
              {records[0]?.silent && (
                <BellOff aria-label={words.silent} className="mr-1 inline size-3 align-[-1px]" />
              )}
              {edited && `${words.edited} `}
              <time dateTime={new Date(message.date * 1000).toISOString()}>
                {clockTime(message.date, language)}
              </time>
            </p>
          </div>
        </div>
        {message.reply_markup && <Keyboard message={message} privateChat={privateChat} />}
      </div>
      <MessageMenu
        message={spoken ?? message}
        mine={mine}
        privateChat={privateChat}
        reacted={records[0]?.reactions[me.alias]}
        intents={intents}
      />
    </article>
  );
}
