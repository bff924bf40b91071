import type { SupabaseClient } from '@supabase/supabase-js';
import { z } from 'zod';
import { type Session, SetupError } from './session.ts';

/** Fewer characters make no password for somebody who reads every conversation. */
const passwordLength = 10;

/**
 * Sees to it that somebody is on the staff; an empty answer leaves it to the backup that is moved here next.
 * @param service a client with the secret key
 */
export async function makeFirstAdmin(session: Session, service: SupabaseClient): Promise<void> {
  const { dialogue, words } = session;
  const fail = (reason: string) => new SetupError(words('admin.failed', { reason }));
  const staff = await service
    .from('profiles')
    .select('email')
    .eq('role', 'admin')
    .order('created_at')
    .limit(1);
  if (staff.error) throw fail(staff.error.message);
  const [first] = staff.data as { email: string }[];
  if (first !== undefined) return dialogue.success(words('admin.known', { email: first.email }));

  const isEmail = (typed: string) => z.email().safeParse(typed).success;
  const typed = await dialogue.ask({
    message: words('admin.email'),
    check: (email) => (email === '' || isEmail(email) ? undefined : words('admin.emailWrong')),
  });
  if (typed === '') return dialogue.info(words('admin.later'));
  const email = typed.toLowerCase();
  const known = await service.from('profiles').select('id').eq('email', email).limit(1);
  if (known.error) throw fail(known.error.message);
  let [profile] = known.data as { id: string }[];
  const isNew = profile === undefined;
  if (profile === undefined) {
    const password = await dialogue.ask({
      message: words('admin.password', { length: passwordLength }),
      secret: true,
      check: (word) =>
        word.length < passwordLength ? words('admin.passwordShort', { length: passwordLength }) : undefined,
    });
    const created = await service.auth.admin.createUser({ email, password, email_confirm: true });
    if (created.error) throw fail(created.error.message);
    profile = { id: created.data.user.id };
  }
  const promoted = await service.from('profiles').update({ role: 'admin' }).eq('id', profile.id).select('id');
  if (promoted.error || promoted.data.length !== 1) throw fail(promoted.error?.message ?? email);
  dialogue.success(words(isNew ? 'admin.made' : 'admin.promoted', { email }));
}
