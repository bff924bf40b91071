import type { ProfileRow } from '../../core/database.types.ts';
import { useSession } from '../auth/session.tsx';
import { Avatar } from '../shell/Avatar.tsx';
import { avatarUrl } from './avatar-url.ts';

type Props = { profile: Pick<ProfileRow, 'id' | 'nickname' | 'avatar'>; className?: string };

/** The picture of one profile. */
export function UserAvatar({ profile, className }: Props) {
  const { supabase } = useSession();
  return (
    <Avatar
      name={profile.nickname}
      seed={profile.id}
      src={avatarUrl(supabase, profile.avatar)}
      className={className}
    />
  );
}
