import { useMutation } from '@tanstack/react-query';
import { unwrap } from '../../core/queries/check.ts';
import { useDesk } from '../../ui/desk/DeskProvider.tsx';
import { errorKey } from '../../ui/i18n/error-key.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { Card } from '../../ui/profile/Card.tsx';
import { Button } from '../../ui/shell/Button.tsx';
import { CopyButton } from '../../ui/shell/CopyButton.tsx';

/** Binds a Telegram account to one's profile, so that answers from the group bear one's name, and unbinds it. */
export function TelegramAccount() {
  const { t } = useTranslation();
  const { supabase, queryClient } = useDesk();
  const link = useMutation(
    {
      mutationFn: async () => unwrap(await supabase.rpc('create_telegram_link_code')),
    },
    queryClient,
  );
  const unlink = useMutation(
    {
      mutationFn: async () => unwrap(await supabase.rpc('unlink_telegram')),
    },
    queryClient,
  );
  const command = link.data === undefined ? undefined : `/link ${link.data}`;
  const error = link.error ?? unlink.error;
  return (
    <Card title={t('profile.telegram.title')} note={t('profile.telegram.text')}>
      {command !== undefined && (
        <div>
          <p className="text-[15px]">{t('profile.telegram.howTo')}</p>
          <p className="mt-2 flex items-center justify-between gap-2 rounded-xl bg-surface-sunken py-1.5 pr-1.5 pl-4 font-mono font-semibold">
            <span data-testid="link-command">{command}</span>
            <CopyButton text={command} />
          </p>
          <p className="mt-2 text-sm text-text-muted">{t('profile.telegram.expires')}</p>
        </div>
      )}
      {unlink.isSuccess && <p role="status">{t('profile.telegram.unlinked')}</p>}
      {error && (
        <p role="alert" className="text-sm text-danger">
          {t(errorKey(error))}
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        <Button
          size="sm"
          busy={link.isPending}
          onClick={() => {
            unlink.reset();
            link.mutate();
          }}
        >
          {t('profile.telegram.link')}
        </Button>
        <Button
          size="sm"
          busy={unlink.isPending}
          onClick={() => {
            link.reset();
            unlink.mutate();
          }}
        >
          {t('profile.telegram.unlink')}
        </Button>
      </div>
    </Card>
  );
}
