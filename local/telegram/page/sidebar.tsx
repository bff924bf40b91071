import { clsx } from 'clsx';
import { Bot, Languages, Lock, Plus, Search } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import type { ChatRecord, MessageRecord, PersonRecord, TopicRecord } from '../model.ts';
import { TopicIcon } from './avatar.tsx';
import { useMirror } from './mirror.ts';
import { NewTopic } from './new-topic.tsx';
import { PersonaMenu } from './persona-menu.tsx';
import { previewOf } from './preview.ts';
import { authorOf, chatPlace, countUnread, isEvent, isMine, useMe, useMessagesByPlace } from './reading.ts';
import { hashOf, useSession, type Place } from './session.ts';
import { shortTime } from './time.ts';
import { countMembers, useLanguage, useWords } from './words.ts';

/** The group's head, its topics, newest word first, and the private chat with the bot. */
export function Sidebar({ group, hidden }: { group: ChatRecord; hidden: boolean }) {
  const words = useWords();
  const { language, toggle } = useLanguage();
  const me = useMe();
  const people = useMirror((state) => state.people);
  const topics = useMirror((state) => state.topics);
  const byPlace = useMessagesByPlace();
  const [query, setQuery] = useState('');
  const [adding, setAdding] = useState(false);

  const listed = useMemo(() => {
    const newest = (topic: TopicRecord): number =>
      byPlace.get(`${topic.chatId}:${topic.threadId}`)?.at(-1)?.message.message_id ?? 0;
    return [...topics.values()]
      .filter((topic) => topic.chatId === group.id && topic.deleted === undefined)
      .filter((topic) => topic.name.toLowerCase().includes(query.trim().toLowerCase()))
      .sort((a, b) => newest(b) - newest(a));
  }, [topics, byPlace, group.id, query]);

  if (!me) return null;
  const members = [...people.values()].filter(({ status }) => status !== 'left').length + 1;
  const row = (place: Place, name: string, icon: ReactNode, hint: string, closed = false) => (
    <ChatRow
      key={hashOf(place)}
      place={place}
      name={name}
      icon={icon}
      hint={hint}
      closed={closed}
      records={byPlace.get(chatPlace(place, group, me)) ?? []}
      chatKey={chatPlace(place, group, me)}
      me={me}
    />
  );

  return (
    <aside
      className={clsx(
        'w-full flex-col border-r border-line bg-panel md:flex md:w-80 lg:w-96',
        hidden ? 'hidden' : 'flex',
      )}
    >
      <header className="flex items-center gap-2 px-4 pt-3 pb-2">
        <div className="min-w-0 flex-1">
          <h1 className="truncate text-lg leading-6 font-bold">{group.title}</h1>
          <p className="text-[13px] text-dim">{countMembers(words, language, members)}</p>
        </div>
        <button
          type="button"
          onClick={toggle}
          title={words.language}
          aria-label={words.language}
          className="grid size-9 place-items-center rounded-full text-dim hover:bg-hover"
        >
          <Languages className="size-5" />
        </button>
        {group.forum && (
          <button
            type="button"
            onClick={() => setAdding(true)}
            title={words.newTopic}
            aria-label={words.newTopic}
            className="grid size-9 place-items-center rounded-full text-dim hover:bg-hover"
          >
            <Plus className="size-5" />
          </button>
        )}
      </header>
      <div className="px-3 pb-2">
        <label className="flex items-center gap-2 rounded-full bg-field px-3.5 py-2 text-dim focus-within:ring-2 focus-within:ring-accent">
          <Search aria-hidden className="size-4 shrink-0" />
          <input
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            placeholder={words.search}
            aria-label={words.search}
            className="w-full bg-transparent text-ink outline-none placeholder:text-dim"
          />
        </label>
      </div>
      <nav aria-label={words.topics} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        <ul>
          {row(
            { kind: 'private' },
            words.private,
            <span
              aria-hidden
              className="brand grid size-11 shrink-0 place-items-center rounded-full text-white"
            >
              <Bot className="size-6" />
            </span>,
            words.privateHint,
          )}
          {!(group.forum && group.general.hidden) &&
            row(
              { kind: 'general' },
              group.forum ? words.general : words.wholeGroup,
              <TopicIcon topic={undefined} />,
              words.noMessages,
            )}
          {group.forum &&
            listed.map((topic) =>
              row(
                { kind: 'topic', threadId: topic.threadId },
                topic.name,
                <TopicIcon topic={topic} />,
                '',
                topic.closed,
              ),
            )}
        </ul>
        {group.forum && listed.length === 0 && (
          <p className="px-4 py-8 text-center text-sm text-dim">
            {query ? words.nothingFound : words.noTopics}
          </p>
        )}
      </nav>
      <footer className="border-t border-line p-2">
        <PersonaMenu me={me} />
      </footer>
      <NewTopic open={adding} onClose={() => setAdding(false)} />
    </aside>
  );
}

function ChatRow(props: {
  place: Place;
  name: string;
  icon: ReactNode;
  hint: string;
  closed: boolean;
  records: MessageRecord[];
  chatKey: string;
  me: PersonRecord;
}) {
  const { place, name, icon, hint, closed, records, chatKey, me } = props;
  const words = useWords();
  const language = useLanguage((state) => state.language);
  const open = useSession((state) => state.place !== undefined && hashOf(state.place) === hashOf(place));
  const lastRead = useSession((state) => state.read[`${me.alias}|${chatKey}`] ?? 0);
  const action = useMirror((state) => state.actions.get(chatKey));
  const unread = countUnread(records, lastRead, me);
  const last = records.at(-1)?.message;
  const author = last && (isMine(last, me) ? words.you : authorOf(last).name);

  return (
    <li>
      <a
        href={hashOf(place)}
        aria-current={open ? 'page' : undefined}
        data-testid="topic-item"
        data-thread-id={place.kind === 'topic' ? place.threadId : place.kind}
        className={clsx(
          'flex items-center gap-3 rounded-xl px-2.5 py-2 -outline-offset-2',
          open ? 'brand text-white' : 'hover:bg-hover',
        )}
      >
        {icon}
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-1.5">
            <span className="truncate font-semibold">{name}</span>
            {closed && (
              <Lock
                aria-label={words.closed}
                className={clsx('size-3.5 shrink-0 self-center', open ? 'text-white/80' : 'text-dim')}
              />
            )}
            <span className={clsx('ml-auto shrink-0 text-xs', open ? 'text-white/80' : 'text-dim')}>
              {last && shortTime(last.date, language)}
            </span>
          </span>
          <span className={clsx('flex items-center gap-2 text-sm', open ? 'text-white/85' : 'text-dim')}>
            <span className="min-w-0 flex-1 truncate">
              {action ? (
                <span className={open ? '' : 'text-accent'}>
                  {action === 'typing' ? words.typing : words.uploading}…
                </span>
              ) : last ? (
                <>
                  {(place.kind !== 'private' || author === words.you) && (
                    <span className={open ? '' : 'text-ink'}>
                      {author}
                      {isEvent(last) ? ' · ' : ': '}
                    </span>
                  )}
                  {previewOf(last, words)}
                </>
              ) : (
                hint
              )}
            </span>
            {unread > 0 && (
              <span
                data-testid="unread"
                aria-label={words.unread(unread)}
                className={clsx(
                  'min-w-5.5 shrink-0 rounded-full px-1.5 py-0.5 text-center text-xs leading-4 font-semibold',
                  open ? 'bg-white text-[#6050ba]' : 'bg-badge text-white',
                )}
              >
                {unread}
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}
