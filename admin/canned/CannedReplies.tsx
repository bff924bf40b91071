import { CloudOff, MessageSquareQuote, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { CannedReplyRow } from '../../core/database.types.ts';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { ConfirmDialog } from '../../ui/shell/ConfirmDialog.tsx';
import { DetailPage } from '../../ui/shell/DetailPage.tsx';
import { EmptyState } from '../../ui/shell/EmptyState.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { Skeleton } from '../../ui/shell/Skeleton.tsx';
import { CannedReplyDialog } from './CannedReplyDialog.tsx';
import { useCannedReplies, useDeleteCannedReply } from './useCannedReplies.ts';

/** The page where staff keep the answers they give often. */
export default function CannedReplies({ back }: { back: string }) {
  const { t } = useTranslation();
  const replies = useCannedReplies();
  const remove = useDeleteCannedReply();
  const [editing, setEditing] = useState<CannedReplyRow | 'new'>();
  const [deleting, setDeleting] = useState<CannedReplyRow>();
  const all = replies.data ?? [];
  const add = (
    <Button variant="primary" size="sm" data-testid="add-canned" onClick={() => setEditing('new')}>
      <Plus aria-hidden className="size-4" />
      {t('canned.add')}
    </Button>
  );
  return (
    <DetailPage title={t('canned.title')} back={back}>
      {replies.isError && !replies.data ? (
        <EmptyState icon={CloudOff} title={t('canned.failed')} text={t(errorKey(replies.error))}>
          <Button onClick={() => void replies.refetch()}>{t('app.retry')}</Button>
        </EmptyState>
      ) : replies.data?.length === 0 ? (
        <EmptyState icon={MessageSquareQuote} title={t('canned.empty')} text={t('canned.emptyText')}>
          {add}
        </EmptyState>
      ) : (
        <div className="mx-auto flex max-w-2xl animate-appear flex-col gap-4 p-4 md:p-8">
          <div className="flex items-start justify-between gap-4 max-sm:flex-col">
            <p className="text-[15px] text-text-muted">{t('canned.text')}</p>
            {add}
          </div>
          {replies.isPending && <Skeleton className="h-40 rounded-2xl" />}
          <ul className="flex flex-col gap-2.5">
            {all.map((reply) => (
              <Reply
                key={reply.id}
                reply={reply}
                onEdit={() => setEditing(reply)}
                onDelete={() => setDeleting(reply)}
              />
            ))}
          </ul>
        </div>
      )}
      {editing !== undefined && (
        <CannedReplyDialog
          reply={editing === 'new' ? undefined : editing}
          all={all}
          onClose={() => setEditing(undefined)}
        />
      )}
      {deleting && (
        <ConfirmDialog
          title={t('canned.deleteTitle')}
          text={t('canned.deleteText', { name: deleting.name })}
          confirm={t('canned.deleteConfirm')}
          cancel={t('canned.cancel')}
          onConfirm={() => remove.mutateAsync(deleting.name)}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </DetailPage>
  );
}

type ReplyProps = { reply: CannedReplyRow; onEdit: () => void; onDelete: () => void };

function Reply({ reply, onEdit, onDelete }: ReplyProps) {
  const { t } = useTranslation();
  return (
    <li
      data-testid="canned-reply"
      className="flex items-start gap-2 rounded-2xl border border-border bg-surface-raised py-3 pr-2 pl-4 shadow-raised"
    >
      <div className="min-w-0 flex-1">
        <h3 className="font-semibold wrap-anywhere">
          <span className="text-text-muted">/</span>
          <bdi>{reply.name}</bdi>
        </h3>
        <p dir="auto" className="mt-1 line-clamp-3 text-sm wrap-anywhere whitespace-pre-wrap text-text-muted">
          {reply.text}
        </p>
      </div>
      <IconButton label={t('canned.edit', { name: reply.name })} onClick={onEdit}>
        <Pencil aria-hidden className="size-4.5" />
      </IconButton>
      <IconButton label={t('canned.delete', { name: reply.name })} onClick={onDelete}>
        <Trash2 aria-hidden className="size-4.5" />
      </IconButton>
    </li>
  );
}
