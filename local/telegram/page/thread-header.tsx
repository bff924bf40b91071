import { ArrowLeft, Bot, EllipsisVertical, Lock, LockOpen, Pin, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ChatRecord, TopicRecord } from '../model.ts';
import { TopicIcon } from './avatar.tsx';
import { useMirror } from './mirror.ts';
import { previewOf } from './preview.ts';
import { act, go, useSession, type Place } from './session.ts';
import { useWords } from './words.ts';

const item = 'flex items-center gap-3 rounded-xl px-3 py-2 outline-none data-highlighted:bg-hover';

/** Where one is: the topic, what the bot is doing there, what is pinned, and what can be done with the topic. */
export function ThreadHeader({
  group,
  place,
  topic,
  chatKey,
}: {
  group: ChatRecord;
  place: Place;
  topic: TopicRecord | undefined;
  chatKey: string;
}) {
  const words = useWords();
  const as = useSession((state) => state.as);
  const action = useMirror((state) => state.actions.get(chatKey));
  const bot = useMirror((state) => state.bot.get('self'));
  const pinned = useMirror((state) =>
    group.pinned
      .map((id) => state.messages.get(`${group.id}:${id}`)?.message)
      .findLast(
        (message) =>
          message !== undefined &&
          `${message.chat.id}:${message.is_topic_message ? message.message_thread_id : 0}` === chatKey,
      ),
  );
  const name =
    place.kind === 'private'
      ? (bot?.user.first_name ?? '')
      : place.kind === 'general'
        ? group.forum
          ? words.general
          : (group.title ?? '')
        : (topic?.name ?? '');

  return (
    <header className="z-10 bg-panel shadow-[0_1px_0_var(--line)]">
      <div className="flex items-center gap-3 px-2 py-2 md:px-4">
        <button
          type="button"
          onClick={() => go(undefined)}
          aria-label={words.back}
          className="grid size-9 shrink-0 place-items-center rounded-full text-dim hover:bg-hover md:hidden"
        >
          <ArrowLeft aria-hidden className="size-5" />
        </button>
        {place.kind === 'private' ? (
          <span
            aria-hidden
            className="brand grid size-10 shrink-0 place-items-center rounded-full text-white"
          >
            <Bot className="size-5" />
          </span>
        ) : (
          <TopicIcon topic={topic} size="size-10" />
        )}
        <div className="min-w-0 flex-1">
          <h2 className="truncate leading-5 font-semibold">{name}</h2>
          <p className="truncate text-[13px] text-dim" aria-live="polite" data-testid="chat-action">
            {action ? (
              <span className="text-accent">
                {bot?.user.first_name} {action === 'typing' ? words.typing : words.uploading}
                {['0s', '.2s', '.4s'].map((delay) => (
                  <span key={delay} aria-hidden className="dot" style={{ animationDelay: delay }}>
                    .
                  </span>
                ))}
              </span>
            ) : place.kind === 'private' ? (
              words.botLabel
            ) : topic?.closed ? (
              words.closed
            ) : (
              group.title
            )}
          </p>
        </div>
        {topic && topic.deleted === undefined && (
          <DropdownMenu.Root modal={false}>
            <DropdownMenu.Trigger
              aria-label={words.topicMenu}
              className="grid size-9 shrink-0 place-items-center rounded-full text-dim hover:bg-hover"
            >
              <EllipsisVertical aria-hidden className="size-5" />
            </DropdownMenu.Trigger>
            <DropdownMenu.Portal>
              <DropdownMenu.Content
                align="end"
                sideOffset={4}
                className="rise z-50 w-60 rounded-2xl border border-line bg-panel p-1.5 shadow-2xl"
              >
                <DropdownMenu.Item
                  className={item}
                  onSelect={() =>
                    void act(topic.closed ? 'topics/reopen' : 'topics/close', { as, topic: topic.threadId })
                  }
                >
                  {topic.closed ? (
                    <LockOpen aria-hidden className="size-4.5" />
                  ) : (
                    <Lock aria-hidden className="size-4.5" />
                  )}
                  {topic.closed ? words.reopenTopic : words.closeTopic}
                </DropdownMenu.Item>
                <DropdownMenu.Item
                  className={`${item} text-danger`}
                  onSelect={() => {
                    void act('topics/delete', { as, topic: topic.threadId });
                    go(undefined);
                  }}
                >
                  <Trash2 aria-hidden className="size-4.5" /> {words.deleteTopic}
                </DropdownMenu.Item>
              </DropdownMenu.Content>
            </DropdownMenu.Portal>
          </DropdownMenu.Root>
        )}
      </div>
      {pinned && (
        <button
          type="button"
          onClick={() =>
            document
              .getElementById(`message-${pinned.message_id}`)
              ?.scrollIntoView({ block: 'center', behavior: 'smooth' })
          }
          className="flex w-full items-center gap-3 border-t border-line px-4 py-1.5 text-left hover:bg-hover"
        >
          <span aria-hidden className="brand h-8 w-0.75 shrink-0 rounded-full" />
          <span className="min-w-0 flex-1">
            <span className="block text-xs font-semibold text-accent">{words.pinned}</span>
            <span className="block truncate text-sm">{previewOf(pinned, words)}</span>
          </span>
          <Pin aria-hidden className="size-4 shrink-0 text-dim" />
        </button>
      )}
    </header>
  );
}
