import { clsx } from 'clsx';
import type { BotCommand } from 'grammy/types';
import { useState, type KeyboardEvent } from 'react';
import type { PersonRecord } from '../model.ts';
import { groupOf, useMirror } from './mirror.ts';
import type { Place } from './session.ts';
import { useLanguage, useWords } from './words.ts';

export interface Commands {
  matching: BotCommand[];
  active: number;
  /** Moves and picks; true when the key was its business. */
  onKeyDown: (event: KeyboardEvent, setText: (text: string) => void) => boolean;
}

/** The scopes whose commands a person sees in a place, the narrowest first: the first that has any wins, as in Telegram. */
function scopesOf(me: PersonRecord, place: Place, groupId: number): [string, object][] {
  if (place.kind === 'private') {
    return [['chat', { chat_id: me.user.id }], ['all_private_chats', {}], ['default', {}]]; // prettier-ignore
  }
  const admin = me.status === 'creator' || me.status === 'administrator';
  return [
    ['chat_member', { chat_id: groupId, user_id: me.user.id }],
    ...(admin ? ([['chat_administrators', { chat_id: groupId }]] as [string, object][]) : []),
    ['chat', { chat_id: groupId }],
    ...(admin ? ([['all_chat_administrators', {}]] as [string, object][]) : []),
    ['all_group_chats', {}],
    ['default', {}],
  ];
}

/** The bot's commands that begin with what was typed behind the slash. */
export function useCommands(me: PersonRecord, place: Place, text: string): Commands {
  const language = useLanguage((state) => state.language);
  const all = useMirror((state) => state.commands);
  const groupId = useMirror((state) => groupOf(state)?.id ?? 0);
  const [active, setActive] = useState(0);
  const typed = /^\/([a-z0-9_]*)$/i.exec(text)?.[1];
  const known = scopesOf(me, place, groupId)
    .flatMap(([type, rest]) => [language, ''].map((code) => all.get(JSON.stringify([type, rest, code]))))
    .find((commands) => commands !== undefined && commands.length > 0);
  const matching =
    typed === undefined ? [] : (known ?? []).filter(({ command }) => command.startsWith(typed.toLowerCase()));
  // Enter sends a command that is typed out, whatever else begins with it.
  const exact = matching.some(({ command }) => command === typed);
  const current = Math.min(active, Math.max(0, matching.length - 1));

  const onKeyDown = (event: KeyboardEvent, setText: (text: string) => void): boolean => {
    if (matching.length === 0) return false;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((current + step + matching.length) % matching.length);
    } else if ((event.key === 'Tab' || (event.key === 'Enter' && !exact)) && matching[current]) {
      setText(`/${matching[current].command} `);
    } else return false;
    event.preventDefault();
    return true;
  };
  return { matching: exact && matching.length === 1 ? [] : matching, active: current, onKeyDown };
}

/** The menu that grows above the composer while a command is typed. */
export function CommandMenu({ commands, onPick }: { commands: Commands; onPick: (command: string) => void }) {
  const words = useWords();
  if (commands.matching.length === 0) return null;
  return (
    <div className="absolute inset-x-2 bottom-full z-20 sm:inset-x-4">
      <ul
        id="commands"
        role="listbox"
        aria-label={words.commands}
        className="rise mx-auto mb-2 max-h-72 max-w-3xl overflow-y-auto rounded-2xl bg-panel p-1.5 shadow-xl"
      >
        {commands.matching.map(({ command, description }, index) => (
          <li
            key={command}
            id={`command-${index}`}
            role="option"
            aria-selected={index === commands.active}
            onPointerDown={(event) => {
              event.preventDefault();
              onPick(command);
            }}
            className={clsx(
              'flex cursor-pointer items-baseline gap-3 rounded-xl px-3 py-2 hover:bg-hover',
              index === commands.active && 'bg-hover',
            )}
          >
            <span className="font-semibold text-accent">/{command}</span>
            <span className="truncate text-sm text-dim">{description}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
