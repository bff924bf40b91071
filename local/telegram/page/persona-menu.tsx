import { Check, ChevronsUpDown } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { PersonRecord } from '../model.ts';
import { Avatar } from './avatar.tsx';
import { useMirror } from './mirror.ts';
import { playAs } from './session.ts';
import { useWords } from './words.ts';

/** How somebody appears in the menu and in the group. */
function useLabels(): (person: PersonRecord) => { name: string; standing: string } {
  const words = useWords();
  return ({ user, status, anonymous }) => ({
    name: anonymous ? words.anonymous : [user.first_name, user.last_name].filter(Boolean).join(' '),
    standing: { creator: words.owner, administrator: words.admin, member: words.member, left: '' }[status],
  });
}

/** Chooses whom the visitor plays. */
export function PersonaMenu({ me }: { me: PersonRecord }) {
  const words = useWords();
  const label = useLabels();
  const people = useMirror((state) => state.people);
  const playable = [...people.values()].filter(({ user, status }) => !user.is_bot && status !== 'left');
  const mine = label(me);
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger
        data-testid="persona-select"
        aria-label={`${words.youAre}: ${mine.name}`}
        className="flex w-full items-center gap-3 rounded-xl px-2.5 py-2 text-left -outline-offset-2 hover:bg-hover"
      >
        <Avatar id={me.user.id} name={mine.name} />
        <span className="min-w-0 flex-1">
          <span className="block text-xs text-dim">{words.youAre}</span>
          <span className="block truncate font-semibold">{mine.name}</span>
        </span>
        <ChevronsUpDown aria-hidden className="size-4 text-dim" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          side="top"
          align="start"
          sideOffset={6}
          className="rise z-50 w-72 rounded-2xl border border-line bg-panel p-1.5 shadow-2xl"
        >
          <DropdownMenu.RadioGroup value={me.alias} onValueChange={playAs}>
            {playable.map((person) => (
              <DropdownMenu.RadioItem
                key={person.alias}
                value={person.alias}
                data-testid={`persona-${person.alias}`}
                className="flex items-center gap-3 rounded-xl px-2 py-1.5 outline-none data-highlighted:bg-hover"
              >
                <Avatar id={person.user.id} name={label(person).name} size="size-8" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate">{label(person).name}</span>
                  <span className="block text-xs text-dim">{label(person).standing}</span>
                </span>
                <DropdownMenu.ItemIndicator>
                  <Check aria-hidden className="size-4 text-accent" />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
