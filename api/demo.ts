import type { SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '../core/database.types.ts';

/** Logins of a fresh desk on one machine. They are published, so they exist on loopback only. */
export const demo = {
  password: 'trivet-demo',
  users: [
    { email: 'user@example.com', nickname: 'Мария', role: 'user' },
    { email: 'other@example.com', nickname: 'Oliver', role: 'user' },
    { email: 'admin@example.com', nickname: 'Анна', role: 'admin' },
  ],
} as const;

/**
 * Makes the demo logins in a database without any account; leaves any other database alone.
 * @param supabase a client with the secret key.
 * @returns whether the demo logins are there, now or from an earlier start.
 */
export async function seedDemo(supabase: SupabaseClient<Database>): Promise<boolean> {
  const { data, error } = await supabase.from('profiles').select('email').order('created_at').limit(3);
  if (error) throw new Error(`Can't read the profiles: ${error.message}`);
  if (data.length > 0) return data.some((profile) => profile.email === demo.users[0].email);

  for (const { email, nickname, role } of demo.users) {
    const created = await supabase.auth.admin.createUser({
      email,
      password: demo.password,
      email_confirm: true,
      user_metadata: { nickname },
    });
    if (created.error) throw new Error(`Can't make the demo login ${email}: ${created.error.message}`);
    const promoted = await supabase.from('profiles').update({ role }).eq('id', created.data.user.id);
    if (promoted.error) throw new Error(`Can't set the role of ${email}: ${promoted.error.message}`);
  }
  return true;
}
