import { Check, UserRound, UserRoundCheck, UserRoundX } from 'lucide-react';
import { memo } from 'react';
import { useDesk } from '../../ui/desk/DeskProvider.tsx';
import { useTranslation } from '../../ui/i18n/words.tsx';
import { UserAvatar } from '../../ui/profile/UserAvatar.tsx';
import { Avatar } from '../../ui/shell/Avatar.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/shell/Menu.tsx';
import { Spinner } from '../../ui/shell/Spinner.tsx';
import { useAssignTicket, useStaff, useStaffState } from '../../ui/tickets/useStaffState.ts';

/** Whose ticket it is; take it, pass it on, give it back. */
export const AssigneeMenu = memo(function AssigneeMenu({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const { userId } = useDesk();
  const state = useStaffState(ticketId);
  const { data: staff } = useStaff();
  const assign = useAssignTicket(ticketId);
  const name = state?.assignee_name ?? null;
  const mine = state?.assignee_id === userId;
  const assignee = staff?.find(({ id }) => id === state?.assignee_id);
  const colleagues = staff?.filter(({ id }) => id !== userId) ?? [];
  const label = name ?? t('assignment.nobody');
  const icon = assign.isPending ? (
    <Spinner className="size-5" />
  ) : assignee ? (
    <UserAvatar profile={assignee} className="size-5 text-[9px]" />
  ) : name !== null ? (
    <Avatar name={name} className="size-5 text-[9px]" />
  ) : (
    <UserRound aria-hidden className="size-4.5" />
  );
  return (
    <Menu
      trigger={
        <button
          type="button"
          data-testid="assignee-menu"
          aria-label={t('assignment.assignee', { name: label })}
          title={t('assignment.assignee', { name: label })}
          className="flex h-8 min-w-8 shrink-0 items-center justify-center gap-1.5 rounded-lg px-2 text-sm font-medium text-text-muted transition hover:bg-surface-sunken hover:text-text"
        >
          {icon}
          <span className="max-w-36 truncate max-sm:sr-only">{label}</span>
        </button>
      }
    >
      {!mine && (
        <MenuItem icon={UserRoundCheck} onSelect={() => assign.mutate(userId)}>
          {t('assignment.take')}
        </MenuItem>
      )}
      {name !== null && (
        <MenuItem icon={UserRoundX} onSelect={() => assign.mutate(null)}>
          {t('assignment.giveBack')}
        </MenuItem>
      )}
      {colleagues.length > 0 && <MenuSeparator />}
      {colleagues.map((member) => (
        <MenuItem key={member.id} onSelect={() => assign.mutate(member.id)}>
          <UserAvatar profile={member} className="size-6 text-[10px]" />
          <span className="max-w-56 flex-1 truncate">{member.nickname}</span>
          {member.id === state?.assignee_id && <Check aria-hidden className="size-4 text-accent" />}
        </MenuItem>
      ))}
    </Menu>
  );
});
