import type { Message } from 'grammy/types';
import { ChevronDown } from 'lucide-react';
import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ChatRecord, MessageRecord } from '../model.ts';
import { Bubble } from './bubble.tsx';
import { Composer } from './composer.tsx';
import { useMirror } from './mirror.ts';
import { eventText } from './preview.ts';
import { authorOf, chatPlace, countUnread, isEvent, isMine, useMe, useMessagesByPlace } from './reading.ts';
import { act, markRead, useSession, type Place } from './session.ts';
import { ThreadHeader } from './thread-header.tsx';
import { daysAgo, longDay } from './time.ts';
import { useLanguage, useWords } from './words.ts';

const page = 150;
const nothing: MessageRecord[] = [];

/** Parts of one album stand together. */
function grouped(records: MessageRecord[]): MessageRecord[][] {
  const groups: MessageRecord[][] = [];
  for (const record of records) {
    const group = groups.at(-1);
    const album = record.message.media_group_id;
    if (group && album !== undefined && group[0]?.message.media_group_id === album) group.push(record);
    else groups.push([record]);
  }
  return groups;
}

/** An open chat: its messages and the composer. */
export function Thread({ group, place }: { group: ChatRecord; place: Place }) {
  const words = useWords();
  const language = useLanguage((state) => state.language);
  const me = useMe();
  const byPlace = useMessagesByPlace();
  const chatKey = me ? chatPlace(place, group, me) : '';
  const records = byPlace.get(chatKey) ?? nothing;
  const topic = useMirror((state) => (place.kind === 'topic' ? state.topics.get(chatKey) : undefined));
  const lastRead = useSession((state) => (me ? (state.read[`${me.alias}|${chatKey}`] ?? 0) : 0));
  const [shown, setShown] = useState(page);
  const [replyTo, setReplyTo] = useState<Message>();
  const [editing, setEditing] = useState<Message>();
  const [atEnd, setAtEnd] = useState(true);
  const scroller = useRef<HTMLDivElement>(null);
  const newest = records.at(-1)?.message.message_id ?? 0;
  const groups = useMemo(() => grouped(records.slice(-shown)), [records, shown]);

  const toEnd = (behavior: ScrollBehavior = 'instant'): void => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior });
  };
  useLayoutEffect(() => {
    if (atEnd) toEnd();
  });
  useEffect(() => {
    const seen = (): void => {
      if (me && atEnd && document.visibilityState === 'visible') markRead(me.alias, chatKey, newest);
    };
    seen();
    document.addEventListener('visibilitychange', seen);
    return () => document.removeEventListener('visibilitychange', seen);
  }, [me, atEnd, chatKey, newest]);

  if (!me) return null;
  const privateChat = place.kind === 'private';
  const gone = place.kind === 'topic' && (topic === undefined || topic.deleted !== undefined);
  const mayWrite = !gone && (!topic?.closed || me.status !== 'member');
  const waiting = countUnread(records, lastRead, me);
  const intents = {
    reply: (message: Message) => {
      setEditing(undefined);
      setReplyTo(message);
    },
    edit: (message: Message) => {
      setReplyTo(undefined);
      setEditing(message);
    },
  };

  return (
    <section className="flex min-w-0 flex-1 flex-col">
      <ThreadHeader group={group} place={place} topic={topic} chatKey={chatKey} />
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          role="log"
          aria-live="polite"
          tabIndex={0}
          aria-label={topic?.name ?? words.general}
          data-testid="messages"
          onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
            setAtEnd(scrollHeight - scrollTop - clientHeight < 60)
          }
          // A picture that has just come makes its message higher.
          onLoadCapture={() => {
            if (atEnd) toEnd();
          }}
          className="h-full overflow-y-auto px-2 pt-2 pb-3 -outline-offset-2 sm:px-4"
        >
          <div className="mx-auto flex min-h-full max-w-3xl flex-col justify-end">
            {records.length > shown && (
              <button
                type="button"
                onClick={() => setShown(shown + page)}
                className="mx-auto my-2 rounded-full bg-service px-3 py-1 text-sm text-white"
              >
                {words.earlier}
              </button>
            )}
            {groups.length === 0 && (
              <div className="m-auto rounded-2xl bg-service px-5 py-3 text-center text-sm text-white">
                <p className="font-medium">{words.noMessages}</p>
                <p>{words.writeFirst}</p>
              </div>
            )}
            {groups.map((group, index) => {
              const message = group[0]?.message;
              if (!message) return null;
              const before = groups[index - 1]?.[0]?.message;
              const after = groups[index + 1]?.[0]?.message;
              const newDay = !before || daysAgo(before.date) !== daysAgo(message.date);
              const joins = (other: Message | undefined): boolean =>
                other !== undefined &&
                !isEvent(other) &&
                authorOf(other).id === authorOf(message).id &&
                isMine(other, me) === isMine(message, me) &&
                Math.abs(other.date - message.date) < 600;
              const days = daysAgo(message.date);
              return (
                <Fragment key={message.message_id}>
                  {newDay && (
                    <Line>
                      {days === 0
                        ? words.today
                        : days === 1
                          ? words.yesterday
                          : longDay(message.date, language)}
                    </Line>
                  )}
                  {isEvent(message) ? (
                    <Line testId="service-message">
                      <b className="font-semibold">{authorOf(message).name}</b> · {eventText(message, words)}
                    </Line>
                  ) : (
                    <Bubble
                      records={group}
                      me={me}
                      first={newDay || !joins(before)}
                      last={!joins(after)}
                      privateChat={privateChat}
                      intents={intents}
                    />
                  )}
                </Fragment>
              );
            })}
          </div>
        </div>
        {!atEnd && (
          <button
            type="button"
            onClick={() => toEnd('smooth')}
            aria-label={words.down}
            className="lift absolute right-4 bottom-3 grid size-11 place-items-center rounded-full bg-panel text-dim"
          >
            <ChevronDown aria-hidden className="size-6" />
            {waiting > 0 && (
              <span className="absolute -top-2 min-w-5 rounded-full bg-badge px-1.5 text-xs leading-5 font-semibold text-white">
                {waiting}
              </span>
            )}
          </button>
        )}
      </div>
      {privateChat && !me.started ? (
        <div className="p-3">
          <button
            type="button"
            onClick={() => void act('staff/post', { as: me.alias, chat: 'private', text: '/start' })}
            className="brand mx-auto block w-full max-w-3xl rounded-2xl py-3 font-semibold text-white"
          >
            {words.start}
          </button>
        </div>
      ) : mayWrite ? (
        <Composer
          key={editing?.message_id ?? 'new'}
          me={me}
          place={place}
          chatKey={chatKey}
          replyTo={replyTo}
          editing={editing}
          onDone={() => {
            setReplyTo(undefined);
            setEditing(undefined);
            setAtEnd(true);
          }}
        />
      ) : (
        !gone && <p className="bg-panel px-4 py-4 text-center text-sm text-dim">{words.topicClosed}</p>
      )}
    </section>
  );
}

function Line({ children, testId }: { children: React.ReactNode; testId?: string }) {
  return (
    <p
      data-testid={testId}
      className="mx-auto my-2 max-w-[90%] rounded-full bg-service px-3 py-0.5 text-center text-[13px] text-white"
    >
      {children}
    </p>
  );
}
