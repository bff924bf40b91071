import { useState, useTransition } from 'react';
import { useTranslation } from '../i18n/words.tsx';
import { Avatar } from '../shell/Avatar.tsx';
import type { Config } from '../shell/config.ts';
import { authErrorKey } from './auth-error.ts';
import { FormProblem } from './FormProblem.tsx';
import { useSession } from './session.tsx';

/** One click in, on a desk seeded for trying out. */
export function DemoLogins({ demo }: { demo: NonNullable<Config['demo']> }) {
  const { t } = useTranslation();
  const { supabase } = useSession();
  const [problem, setProblem] = useState<string>();
  const [pending, startTransition] = useTransition();
  const signIn = (email: string) =>
    startTransition(async () => {
      const { error } = await supabase.auth.signInWithPassword({ email, password: demo.password });
      setProblem(error ? authErrorKey(error) : undefined);
    });
  return (
    <section aria-labelledby="demo-title" className="mt-8">
      <h2 id="demo-title" className="flex items-center gap-3 text-sm text-text-muted">
        <span aria-hidden className="h-px flex-1 bg-border" />
        {t('auth.demo.title')}
        <span aria-hidden className="h-px flex-1 bg-border" />
      </h2>
      <ul className="mt-4 flex flex-col gap-2">
        {demo.users.map(({ email, role }) => (
          <li key={email}>
            <button
              type="button"
              disabled={pending}
              onClick={() => signIn(email)}
              className="flex w-full items-center gap-3 rounded-xl border border-border bg-surface-raised px-3 py-2 text-left transition hover:border-accent hover:bg-accent-soft disabled:opacity-60"
            >
              <Avatar name={email} className="size-8 text-xs" />
              <span className="min-w-0 flex-1 truncate text-sm font-medium">{email}</span>
              <span className="text-xs text-text-muted">{t(`auth.demo.${role}`)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="mt-3">
        <FormProblem text={problem === undefined ? undefined : t(problem)} />
      </div>
    </section>
  );
}
