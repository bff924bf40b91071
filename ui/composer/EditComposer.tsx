import { Check, Pencil, X } from 'lucide-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { lengthOf, limits } from '../../core/limits.ts';
import { unwrap } from '../../core/queries/check.ts';
import { useDesk } from '../desk/DeskProvider.tsx';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { IconButton } from '../shell/IconButton.tsx';
import { Spinner } from '../shell/Spinner.tsx';
import { useMessage } from '../thread/useMessage.ts';
import { AutoTextarea } from './AutoTextarea.tsx';
import { LengthNote } from './Composer.tsx';
import { useSubmitKey } from './useSubmitKey.ts';

type Props = { ticketId: string; messageId: string; onDone: () => void };

/** Rewrites a message that has been sent: Escape gives up, the sending key saves. */
export function EditComposer({ ticketId, messageId, onDone }: Props) {
  const { t } = useTranslation();
  const desk = useDesk();
  const message = useMessage(ticketId, messageId);
  const [text, setText] = useState(message?.message ?? '');
  const area = useRef<HTMLTextAreaElement>(null);
  const isSubmit = useSubmitKey();
  const save = useMutation(
    {
      mutationFn: async () =>
        unwrap(await desk.supabase.rpc('edit_message', { message_id: messageId, message: text.trim() })),
      onSuccess: (row) => {
        desk.threads.apply(ticketId, [{ ...row, attachments: [] }]);
        onDone();
      },
      networkMode: 'always',
    },
    desk.queryClient,
  );

  useEffect(() => {
    const element = area.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);

  const length = lengthOf(text.trim());
  const empty = length === 0 && (message?.attachments.length ?? 0) === 0;
  const canSave = !empty && length <= limits.messageLength && !save.isPending;
  const submit = () => {
    if (text.trim() === message?.message) onDone();
    else if (canSave) save.mutate();
  };

  return (
    <form
      data-testid="edit-composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="rounded-[18px] border border-accent bg-surface-raised shadow-raised"
    >
      <div className="flex items-center gap-2 border-b border-border py-1 pr-1.5 pl-3.5 text-sm font-medium text-accent">
        <Pencil aria-hidden className="size-4 shrink-0" />
        <span className="flex-1">{t('composer.editing')}</span>
        <IconButton label={t('composer.cancelEdit')} size="sm" onClick={onDone}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      <div className="flex items-end gap-1 p-1.5 pl-3">
        <AutoTextarea
          ref={area}
          data-testid="edit-input"
          dir="auto"
          aria-label={t('composer.editing')}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onDone();
            if (!isSubmit(event)) return;
            event.preventDefault();
            submit();
          }}
          className="max-h-48 min-h-10 flex-1 bg-transparent py-2 text-[15px] leading-6 outline-none max-md:text-base"
        />
        <button
          type="submit"
          data-testid="save-edit"
          aria-label={t('composer.saveEdit')}
          title={t('composer.saveEdit')}
          disabled={!canSave}
          className="flex size-10 shrink-0 items-center justify-center rounded-xl bg-brand text-white disabled:opacity-50"
        >
          {save.isPending ? <Spinner /> : <Check aria-hidden className="size-5" />}
        </button>
      </div>
      <LengthNote length={length} />
      {save.isError && (
        <p role="alert" className="px-4 pb-2.5 text-sm text-danger">
          {t(errorKey(save.error))}
        </p>
      )}
    </form>
  );
}
