import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { DeskError } from '../../core/errors.ts';
import { buckets } from '../../core/limits.ts';
import { useSession } from '../auth/session.tsx';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { useOwnProfile } from './own-profile.tsx';
import { squarePicture } from './square-picture.ts';
import { useUpdateProfile } from './update-profile.ts';
import { UserAvatar } from './UserAvatar.tsx';

/** The picture others see. */
export function AvatarSetting() {
  const { t } = useTranslation();
  const { supabase } = useSession();
  const profile = useOwnProfile();
  const input = useRef<HTMLInputElement>(null);
  const update = useUpdateProfile();
  const upload = useMutation({
    mutationFn: async (file: File) => {
      const picture = await squarePicture(file);
      // Browsers that can't write WebP give a PNG instead.
      const path = `${profile.id}/${crypto.randomUUID()}.${picture.type === 'image/webp' ? 'webp' : 'png'}`;
      const { error } = await supabase.storage.from(buckets.avatars).upload(path, picture);
      if (error) throw new DeskError('avatar_invalid', error.message, { cause: error });
      await update.mutateAsync({ avatar: path });
    },
  });
  const remove = useMutation({ mutationFn: () => update.mutateAsync({ avatar: '' }) });
  const error = upload.error ?? remove.error;
  return (
    <div className="flex items-center gap-5">
      <UserAvatar profile={profile} className="size-20 text-2xl" />
      <div>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" busy={upload.isPending} onClick={() => input.current?.click()}>
            {t('profile.avatarUpload')}
          </Button>
          {profile.avatar !== null && (
            <Button size="sm" variant="ghost" busy={remove.isPending} onClick={() => remove.mutate()}>
              {t('profile.avatarRemove')}
            </Button>
          )}
        </div>
        <input
          ref={input}
          type="file"
          hidden
          data-testid="avatar-input"
          aria-label={t('profile.avatar')}
          accept="image/png,image/jpeg,image/webp"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) upload.mutate(file);
          }}
        />
        {error ? (
          <p role="alert" className="mt-2 text-sm text-danger">
            {t(errorKey(error))}
          </p>
        ) : (
          <p className="mt-2 text-sm text-text-muted">{t('profile.avatarHint')}</p>
        )}
      </div>
    </div>
  );
}
