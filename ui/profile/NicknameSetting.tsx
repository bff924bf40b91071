import { useState, type FormEvent } from 'react';
import { nicknameSchema } from '../auth/schemas.ts';
import { errorKey } from '../i18n/error-key.ts';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { Field } from '../shell/Field.tsx';
import { useOwnProfile } from './own-profile.tsx';
import { useUpdateProfile } from './update-profile.ts';

/** The name others see. */
export function NicknameSetting() {
  const { t } = useTranslation();
  const { nickname } = useOwnProfile();
  const [typed, setTyped] = useState(nickname);
  const [problem, setProblem] = useState<string>();
  const update = useUpdateProfile();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const checked = nicknameSchema.safeParse(typed);
    setProblem(checked.error?.issues[0]?.message);
    if (!checked.success) return;
    setTyped(checked.data);
    update.mutate({ nickname: checked.data }, { onError: (error) => setProblem(errorKey(error)) });
  };
  const saved = update.isSuccess && typed === nickname;
  return (
    <form noValidate onSubmit={submit} className="flex items-start gap-3">
      <div className="flex-1">
        <Field
          label={t('profile.nickname')}
          autoComplete="nickname"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          hint={t(saved ? 'app.saved' : 'profile.nicknameHint')}
          error={problem === undefined ? undefined : t(problem)}
        />
      </div>
      <Button type="submit" className="mt-6.5" busy={update.isPending} disabled={typed === nickname}>
        {t('app.save')}
      </Button>
    </form>
  );
}
