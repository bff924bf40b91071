import { Eye, EyeOff } from 'lucide-react';
import { useState, type ComponentProps } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Field } from '../shell/Field.tsx';
import { IconButton } from '../shell/IconButton.tsx';

type Props = Omit<Extract<ComponentProps<typeof Field>, { multiline?: false }>, 'type' | 'trailing'>;

/** A password's field with a button that shows what is typed. */
export function PasswordField(props: Props) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <IconButton
          label={t(shown ? 'auth.hidePassword' : 'auth.showPassword')}
          onClick={() => setShown(!shown)}
        >
          <Icon aria-hidden className="size-4.5" />
        </IconButton>
      }
    />
  );
}
