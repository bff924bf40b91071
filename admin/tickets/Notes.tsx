import { useState, type FormEvent } from 'react';
import type { NoteRow } from '../../core/database.types.ts';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useDates } from '../../ui/i18n/dates.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { useAddNote, useTicketNotes } from '../../ui/tickets/useNotes.ts';

/** What staff tell each other about a ticket. Yellow, unlike anything a user gets to see. */
export function Notes({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const notes = useTicketNotes(ticketId);
  return (
    <div className="flex flex-col gap-2.5">
      {notes.isError && <p className="text-sm text-danger">{t(errorKey(notes.error))}</p>}
      {notes.data?.length === 0 && <p className="text-sm text-text-muted">{t('customer.noNotes')}</p>}
      <ul className="flex flex-col gap-2.5">
        {notes.data?.map((note) => (
          <Note key={note.id} note={note} />
        ))}
      </ul>
      <AddNote ticketId={ticketId} />
    </div>
  );
}

function Note({ note }: { note: NoteRow }) {
  const { t } = useTranslation();
  const dates = useDates();
  return (
    <li
      data-testid="note"
      className="animate-appear rounded-xl border border-note-border bg-note px-3.5 py-2.5 text-sm"
    >
      <p className="wrap-anywhere whitespace-pre-wrap">{note.note}</p>
      <p className="mt-1.5 flex flex-wrap gap-x-1.5 text-xs text-text-muted">
        <span className="font-medium">{note.author_name ?? t('customer.staff')}</span>
        {note.source === 'telegram' && <span>{t('customer.noteFromTelegram')}</span>}
        <time dateTime={note.created_at} title={dates.full(note.created_at)} className="ml-auto">
          {dates.short(note.created_at)}
        </time>
      </p>
    </li>
  );
}

function AddNote({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const add = useAddNote(ticketId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') add.mutate(text, { onSuccess: () => setText('') });
  };
  return (
    <form onSubmit={submit}>
      <textarea
        rows={2}
        data-testid="note-input"
        aria-label={t('customer.addNote')}
        placeholder={t('customer.notePlaceholder')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="block w-full resize-y rounded-xl border border-note-border bg-note px-3.5 py-2.5 text-sm placeholder:text-text-muted focus:outline-2 focus:outline-warning"
      />
      {add.isError && (
        <p role="alert" className="mt-1.5 text-sm text-danger">
          {t(errorKey(add.error))}
        </p>
      )}
      {text.trim() !== '' && (
        <Button type="submit" size="sm" className="mt-2 w-full" busy={add.isPending}>
          {t('customer.addNote')}
        </Button>
      )}
    </form>
  );
}
