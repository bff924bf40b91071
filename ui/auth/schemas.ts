import { z } from 'zod/mini';
import { lengthOf, limits } from '../../core/limits.ts';

// The messages are keys of the catalogue.
const email = z.string().check(z.trim(), z.email('error.email_invalid'));
/** GoTrue's own least length, so that most people hear of it before asking. */
const newPassword = z.string().check(z.minLength(6, 'error.password_too_short'));

export const nicknameSchema = z.string().check(
  z.trim(),
  z.minLength(1, 'error.nickname_empty'),
  z.refine((nickname) => lengthOf(nickname) <= limits.nicknameLength, 'error.nickname_too_long'),
);

export const signInSchema = z.object({
  email,
  password: z.string().check(z.minLength(1, 'error.password_empty')),
});
export const signUpSchema = z.object({ nickname: nicknameSchema, email, password: newPassword });
export const forgotPasswordSchema = z.object({ email });
export const newPasswordSchema = z.object({ password: newPassword });
