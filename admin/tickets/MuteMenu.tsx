import { Bell, BellOff, Clock, Clock8, Infinity as Forever } from 'lucide-react';
import { memo } from 'react';
import { useDesk } from '../../ui/desk/DeskProvider.tsx';
import { useDates } from '../../ui/i18n/dates.ts';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { IconButton } from '../../ui/shell/IconButton.tsx';
import { Menu, MenuItem } from '../../ui/shell/Menu.tsx';
import { useMuted, useMuteTicket, useStaffState } from '../../ui/tickets/useStaffState.ts';

const hour = 3_600_000;

/** The ticket's bell: a muted ticket makes no sound, toast or count for any of the staff, here and in Telegram. */
export const MuteMenu = memo(function MuteMenu({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const dates = useDates();
  const { clock } = useDesk();
  const until = useStaffState(ticketId)?.muted_until;
  const muted = useMuted(ticketId);
  const mute = useMuteTicket(ticketId);
  const muteFor = (duration: number) => mute.mutate(new Date(clock.now() + duration).toISOString());
  const label = !muted
    ? t('muting.mute')
    : until === 'infinity' || until == null
      ? t('muting.muted')
      : t('muting.mutedUntil', { date: dates.full(until) });
  return (
    <Menu
      trigger={
        <IconButton label={label} data-testid="mute-menu" data-muted={muted} aria-pressed={muted} size="sm">
          {muted ? <BellOff aria-hidden className="size-4.5" /> : <Bell aria-hidden className="size-4.5" />}
        </IconButton>
      }
    >
      {muted && (
        <MenuItem icon={Bell} onSelect={() => mute.mutate(null)}>
          {t('muting.unmute')}
        </MenuItem>
      )}
      <MenuItem icon={Clock} onSelect={() => muteFor(hour)}>
        {t('muting.forHour')}
      </MenuItem>
      <MenuItem icon={Clock8} onSelect={() => muteFor(8 * hour)}>
        {t('muting.forShift')}
      </MenuItem>
      <MenuItem icon={Forever} onSelect={() => mute.mutate('infinity')}>
        {t('muting.forGood')}
      </MenuItem>
    </Menu>
  );
});
