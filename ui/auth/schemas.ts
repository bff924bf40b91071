import * as v from 'valibot';
import { lengthOf, limits } from '../../core/limits.ts';

// The messages are keys of the catalogue.
const email = v.pipe(v.string(), v.trim(), v.email('error.email_invalid'));
/** GoTrue's own least length, so that most people hear of it before asking. */
const newPassword = v.pipe(v.string(), v.minLength(6, 'error.password_too_short'));

export const nicknameSchema = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'error.nickname_empty'),
  v.check((nickname) => lengthOf(nickname) <= limits.nicknameLength, 'error.nickname_too_long'),
);

export const signInSchema = v.object({
  email,
  password: v.pipe(v.string(), v.minLength(1, 'error.password_empty')),
});
export const signUpSchema = v.object({ nickname: nicknameSchema, email, password: newPassword });
export const forgotPasswordSchema = v.object({ email });
export const newPasswordSchema = v.object({ password: newPassword });
