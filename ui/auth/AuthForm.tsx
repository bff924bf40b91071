import type { ComponentProps, FormEventHandler, ReactNode } from 'react';
import { MailCheck } from 'lucide-react';
import { useTranslation } from '../i18n/words.tsx';
import { Button } from '../shell/Button.tsx';
import { EmptyState } from '../shell/EmptyState.tsx';
import { Field } from '../shell/Field.tsx';
import { FormProblem } from './FormProblem.tsx';

type Props = {
  name: string;
  onSubmit: FormEventHandler;
  busy: boolean;
  /** What the form as a whole met with, in words. */
  problem: string | undefined;
  /** What its button says. */
  action: string;
  children: ReactNode;
};

/** One of the forms before the sign-in: its fields, what went wrong, its button. `name` is its test id. */
export function AuthForm({ name, onSubmit, busy, problem, action, children }: Props) {
  return (
    <form noValidate onSubmit={onSubmit} data-testid={name} className="flex flex-col gap-4">
      {children}
      <FormProblem text={problem} />
      <Button type="submit" variant="primary" busy={busy}>
        {action}
      </Button>
    </form>
  );
}

type EmailProps = Omit<
  Extract<ComponentProps<typeof Field>, { multiline?: false }>,
  'label' | 'type' | 'autoComplete'
>;

/** The field of the address one signs in with. */
export function EmailField(props: EmailProps) {
  const { t } = useTranslation();
  return <Field label={t('auth.email')} type="email" autoComplete="username" {...props} />;
}

/** What stands in a form's place once it has sent a letter. */
export function LetterSent({ title, text }: { title: string; text: string }) {
  return <EmptyState icon={MailCheck} title={title} text={text} />;
}
