import { clsx } from 'clsx';
import { Paperclip, Reply, SendHorizontal, X } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { lengthOf, limits } from '../../core/limits.ts';
import { formatBytes } from '../attachments/format.ts';
import { PendingFileList } from '../attachments/PendingFileList.tsx';
import { RefusedFiles } from '../attachments/RefusedFiles.tsx';
import { useDesk, useDeskState } from '../desk/DeskProvider.tsx';
import { useTranslation } from '../i18n/words.tsx';
import { IconButton } from '../shell/IconButton.tsx';
import { Spinner } from '../shell/Spinner.tsx';
import { QuotedLine } from '../thread/Quote.tsx';
import { AutoTextarea } from './AutoTextarea.tsx';
import { ClosedNote } from './ClosedNote.tsx';
import type { ComposerTools, ComposerToolsHandle } from './composerTools.ts';
import type { Draft } from './draft.ts';
import { EditComposer } from './EditComposer.tsx';
import { TypingSignal } from './typingSignal.ts';
import { useSubmitKey } from './useSubmitKey.ts';

type Props = {
  ticketId: string;
  draft: Draft;
  /** A tool that the app adds beside the paperclip. */
  tools?: ComposerTools | undefined;
};

/** Where messages of a ticket are written; a closed ticket offers to be reopened instead. */
export const Composer = memo(function Composer({ ticketId, draft, tools }: Props) {
  const closed = useDeskState(({ tickets }) => tickets.get(ticketId)?.status === 'closed');
  const archived = useDeskState(({ tickets }) => (tickets.get(ticketId)?.archived_at ?? null) !== null);
  const editing = useStore(draft.store, (state) => state.editing);
  return (
    <div className="shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] md:px-5 md:pb-4">
      <div className="mx-auto max-w-3xl">
        {closed || archived ? (
          <ClosedNote ticketId={ticketId} archived={archived} />
        ) : editing !== null ? (
          <EditComposer
            key={editing}
            ticketId={ticketId}
            messageId={editing}
            onDone={() => draft.edit(null)}
          />
        ) : (
          <WriteComposer ticketId={ticketId} draft={draft} tools={tools} />
        )}
      </div>
    </div>
  );
});

function WriteComposer({ ticketId, draft, tools: Tools }: Props) {
  const { t, i18n } = useTranslation();
  const { supabase } = useDesk();
  const { text, replyTo, files, refused, sendWhenUploaded, notKept } = useStore(draft.store);
  const list = useStore(files.store);
  const isSubmit = useSubmitKey();
  const picker = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const tools = useRef<ComposerToolsHandle>(null);
  const [activeOption, setActiveOption] = useState<string | null>(null);
  const [typing] = useState(() => new TypingSignal(supabase, ticketId));

  useEffect(() => {
    const stop = () => typing.stop();
    addEventListener('pagehide', stop);
    return () => {
      removeEventListener('pagehide', stop);
      stop();
    };
  }, [typing]);

  useEffect(() => {
    // Opening the keyboard of a phone unasked would cover the conversation.
    if (replyTo !== null || matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, [replyTo]);

  const send = () => {
    if (draft.send()) typing.sent();
    area.current?.focus();
  };
  const write = (written: string) => {
    draft.write(written);
    if (written.trim() === '') typing.stop();
    else typing.touch();
  };
  const length = lengthOf(text.trim());
  const over = length > limits.messageLength;
  const canSend = (text.trim() !== '' || list.length > 0) && draft.canSend();

  return (
    <form
      data-testid="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="relative rounded-[18px] border border-border bg-surface-raised shadow-raised transition-colors focus-within:border-accent"
    >
      {replyTo !== null && (
        <div className="flex items-center gap-2 border-b border-border py-2 pr-1.5 pl-3.5">
          <Reply aria-hidden className="size-4 shrink-0 text-accent" />
          <QuotedLine ticketId={ticketId} messageId={replyTo} />
          <IconButton label={t('composer.cancelReply')} size="sm" onClick={() => draft.reply(null)}>
            <X aria-hidden className="size-4" />
          </IconButton>
        </div>
      )}
      {(list.length > 0 || refused.length > 0 || notKept) && (
        <div className="max-h-44 space-y-2 overflow-y-auto p-2.5 pb-0">
          <RefusedFiles refused={refused} onDismiss={() => draft.dismissRefused()} />
          {notKept && (
            <p role="alert" className="rounded-xl bg-danger-soft px-3 py-2 text-sm text-danger">
              {t('composer.notKept')}
            </p>
          )}
          <PendingFileList files={files} />
        </div>
      )}
      <div className="flex items-end gap-1 p-1.5">
        <IconButton
          label={t('composer.attach')}
          title={t('composer.attachHint', {
            count: limits.attachmentsPerMessage,
            size: formatBytes(limits.attachmentBytes, t, i18n.language),
          })}
          onClick={() => picker.current?.click()}
        >
          <Paperclip aria-hidden className="size-5" />
        </IconButton>
        <input
          ref={picker}
          data-testid="file-input"
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            draft.attach([...(currentTarget.files ?? [])]);
            // The same file can be chosen again after it was taken out.
            currentTarget.value = '';
          }}
        />
        {Tools && (
          <Tools
            ref={tools}
            ticketId={ticketId}
            text={text}
            onActiveOption={setActiveOption}
            onWrite={(written) => {
              write(written);
              area.current?.focus();
            }}
          />
        )}
        <AutoTextarea
          ref={area}
          data-testid="composer-input"
          dir="auto"
          aria-label={t('composer.label')}
          aria-invalid={over}
          placeholder={t('composer.placeholder')}
          value={text}
          aria-activedescendant={activeOption ?? undefined}
          onChange={({ currentTarget }) => write(currentTarget.value)}
          onBlur={() => typing.stop()}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files];
            if (pasted.length === 0) return;
            event.preventDefault();
            draft.attach(pasted);
          }}
          onKeyDown={(event) => {
            if (tools.current?.onKeyDown(event) === true || !isSubmit(event)) return;
            event.preventDefault();
            send();
          }}
          className="max-h-48 min-h-10 flex-1 bg-transparent px-1.5 py-2 text-[15px] leading-6 outline-none placeholder:text-text-muted max-md:text-base"
        />
        <button
          type="submit"
          data-testid="send"
          aria-label={sendWhenUploaded ? t('composer.sendWhenUploaded') : t('composer.send')}
          title={sendWhenUploaded ? t('composer.sendWhenUploaded') : t('composer.send')}
          disabled={!canSend || sendWhenUploaded}
          className={clsx(
            // Its colours change at once: the compositor can't fade them, and each frame of it would be drawn while a message leaves.
            'flex size-10 shrink-0 items-center justify-center rounded-xl transition-[filter]',
            canSend
              ? 'bg-brand text-white shadow-sm hover:brightness-110'
              : 'bg-surface-sunken text-text-muted',
          )}
        >
          {sendWhenUploaded ? <Spinner /> : <SendHorizontal aria-hidden className="size-5" />}
        </button>
      </div>
      <LengthNote length={length} />
    </form>
  );
}

/** Near the limit it says how much is left; beyond, by how much. */
export function LengthNote({ length }: { length: number }) {
  const { t } = useTranslation();
  const left = limits.messageLength - length;
  if (left > 500) return null;
  return (
    <p
      role="status"
      data-testid="length-note"
      className={clsx(
        'px-4 pb-2 text-right text-xs tabular-nums',
        left < 0 ? 'text-danger' : 'text-text-muted',
      )}
    >
      {left < 0
        ? t('composer.over', { count: -left, limit: limits.messageLength })
        : t('composer.left', { count: left })}
    </p>
  );
}
