import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { FoundUser } from '../../core/database.types.ts';
import { findUsers } from '../../core/queries/staff-tools.ts';
import { FormProblem } from '../../ui/auth/FormProblem.tsx';
import { useDesk } from '../../ui/desk/DeskProvider.tsx';
import { deskKeys } from '../../ui/desk/keys.ts';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { UserAvatar } from '../../ui/profile/UserAvatar.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { Field } from '../../ui/shell/Field.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { Spinner } from '../../ui/shell/Spinner.tsx';
import type { RecipientField } from '../../ui/tickets/TicketForm.tsx';

/** A field for one user: looked for by nickname, e-mail address or Member ID, then shown with a way to choose anew. */
export function UserPicker({ value, onChange, error, ref }: RecipientField) {
  const { t } = useTranslation();
  if (value === null) return <UserSearch error={error} inputRef={ref} onChosen={onChange} />;
  return (
    <div role="group" aria-label={t('writeFirst.to')}>
      <p className="mb-1.5 text-sm font-medium">{t('writeFirst.to')}</p>
      <div
        data-testid="recipient"
        className="flex items-center gap-3 rounded-xl border border-border-strong/50 bg-surface-raised py-2 pr-2 pl-3"
      >
        <Person user={value} />
        <IconButton label={t('writeFirst.change')} onClick={() => onChange(null)}>
          <X aria-hidden className="size-5" />
        </IconButton>
      </div>
    </div>
  );
}

type SearchProps = {
  error: string | undefined;
  inputRef: RecipientField['ref'];
  onChosen: (user: FoundUser) => void;
};

function UserSearch({ error, inputRef, onChosen }: SearchProps) {
  const { t } = useTranslation();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const query = useSettled(typed.trim());
  const search = useFoundUsers(query);
  const found = query === '' ? [] : (search.data ?? []);
  const active = found[Math.min(at, found.length - 1)];
  // Whoever comes here, also by taking back a choice, comes to look for somebody.
  useEffect(() => box.current?.querySelector('input')?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && found.length > 0) setAt((at + step + found.length) % found.length);
    // Enter chooses; it doesn't send a form that isn't addressed yet.
    else if (event.key === 'Enter' && active) onChosen(active);
    else if (event.key === 'Escape' && typed !== '') setTyped('');
    else if (event.key !== 'Enter') return;
    event.preventDefault();
  };
  return (
    <div ref={box} className="flex flex-col gap-2">
      <Field
        label={t('writeFirst.to')}
        hint={t('writeFirst.hint')}
        placeholder={t('writeFirst.placeholder')}
        error={error}
        ref={inputRef}
        type="text"
        inputMode="search"
        autoComplete="off"
        spellCheck={false}
        data-testid="find-user"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-found`}
        aria-activedescendant={active && `${id}-${active.id}`}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        trailing={search.isFetching && <Spinner className="mr-2.5 size-4.5" />}
      />
      <ul
        id={`${id}-found`}
        role="listbox"
        aria-label={t('writeFirst.found')}
        hidden={found.length === 0}
        className="overflow-hidden rounded-xl border border-border bg-surface-raised p-1 shadow-sm"
      >
        {found.map((user) => (
          <li
            key={user.id}
            id={`${id}-${user.id}`}
            role="option"
            aria-selected={user === active}
            data-testid="found-user"
            onPointerMove={() => setAt(found.indexOf(user))}
            onClick={() => onChosen(user)}
            className={clsx(
              'flex cursor-pointer items-center gap-3 rounded-lg px-2.5 py-2',
              user === active && 'bg-surface-sunken',
            )}
          >
            <Person user={user} />
          </li>
        ))}
      </ul>
      {search.isError && (
        <>
          <FormProblem text={t(errorKey(search.error))} />
          <Button size="sm" className="self-start" onClick={() => void search.refetch()}>
            {t('app.retry')}
          </Button>
        </>
      )}
      <p role="status" className="text-sm text-text-muted empty:hidden">
        {search.isSuccess && !search.isPlaceholderData && found.length === 0 && query !== ''
          ? t('writeFirst.nobody')
          : ''}
      </p>
    </div>
  );
}

/** A user as one recognises them. */
function Person({ user }: { user: FoundUser }) {
  return (
    <>
      <UserAvatar profile={user} className="size-9 text-xs" />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate text-[15px] font-medium">{user.nickname}</bdi>
        <span className="block truncate text-sm text-text-muted">
          {user.member_id} · {user.email}
        </span>
      </span>
    </>
  );
}

/** What the search finds; while the next answer is on its way, what the last one found. */
function useFoundUsers(query: string) {
  const desk = useDesk();
  return useQuery(
    {
      queryKey: deskKeys.foundUsers(query),
      queryFn: () => findUsers(desk.supabase, query),
      enabled: query !== '',
      placeholderData: (previous) => previous,
    },
    desk.queryClient,
  );
}

/** A text once nothing was typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
