import Profile from '../../ui/profile/Profile.tsx';
import { TelegramAccount } from './TelegramAccount.tsx';

/** The profile page of the panel: a staff member's Telegram account has its place there. */
export default function StaffProfile({ back }: { back: string }) {
  return (
    <Profile back={back}>
      <TelegramAccount />
    </Profile>
  );
}
