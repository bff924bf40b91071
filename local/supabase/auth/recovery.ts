import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PoolClient } from 'pg';
import { z } from 'zod';
import { inTransaction } from './database.ts';
import { AuthError, invalid } from './errors.ts';
import {
  findByTokenHash,
  hashOtp,
  keepToken,
  makeOneTimeToken,
  redeemToken,
  VERIFICATION_TYPES,
  type VerificationType,
} from './one-time-tokens.ts';
import { challengeSchema, issueCode, keepChallenge } from './pkce.ts';
import { createRateLimit } from './rate-limit.ts';
import { originOf, readJson } from './request.ts';
import type { AuthServices } from './service.ts';
import { openSession, type TokenResponse } from './sessions.ts';
import { findByEmail, normalizeEmail, type UserRow } from './users.ts';

/** Least time between two letters to one person. */
const LETTER_INTERVAL_MS = 60_000;

const recoverSchema = challengeSchema.extend({ email: z.string() });

const verifySchema = z.object({
  type: z.string(),
  email: z.string().nullish(),
  token: z.string().nullish(),
  token_hash: z.string().nullish(),
});

const INVALID_CODE = 'Token has expired or is invalid';
const INVALID_LINK = 'Email link is invalid or has expired';

/** Recovering a password, and redeeming the links and codes of letters. */
export function createRecovery({ context, mailer, siteUrl }: AuthServices) {
  // Six digits can be guessed by whoever may try often enough.
  const guesses = createRateLimit(10, 5 * 60 * 1000);

  /** The address of the link in a letter. */
  function linkFor(type: VerificationType, hash: string, redirectTo: string): string {
    const query = new URLSearchParams({ token: hash, type, redirect_to: redirectTo });
    return `${context.publicUrl}/auth/v1/verify?${query.toString()}`;
  }

  /** Where a link may lead in the end: the site itself, or any port of this machine. Anything else leads to the site. */
  function redirectTarget(wanted: string | null | undefined): string {
    const target = URL.canParse(wanted ?? '') ? new URL(wanted as string) : undefined;
    const isWeb = target?.protocol === 'http:' || target?.protocol === 'https:';
    const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(target?.hostname ?? '');
    if (target && isWeb && (isLocal || target.origin === new URL(siteUrl).origin)) return target.href;
    return siteUrl;
  }

  /** `POST /recover`. Answers the same whether or not there is such a user. */
  async function recover(req: IncomingMessage, url: URL): Promise<object> {
    const body = await readJson(req, recoverSchema);
    if (body.email === '') throw invalid('Password recovery requires an email');
    const email = normalizeEmail(body.email);
    const letter = await inTransaction(context.pool, async (client) => {
      const user = await findByEmail(client, email);
      if (!user) return undefined;
      checkLetterInterval(user);
      const token = makeOneTimeToken(email);
      const usesPkce = await keepChallenge(client, user.id, body, 'recovery');
      const hash = usesPkce ? `pkce_${token.hash}` : token.hash;
      await keepToken(client, user, 'recovery', hash);
      return {
        otp: token.otp,
        link: linkFor('recovery', hash, redirectTarget(url.searchParams.get('redirect_to'))),
      };
    });
    if (letter) {
      await mailer.send({
        to: email,
        subject: 'Сброс пароля · Reset your password',
        text: `Чтобы задать новый пароль, откройте ссылку. Она действует один час.\nFollow this link to set a new password. It works for one hour.\n\n${letter.link}\n\nКод · Code: ${letter.otp}\n`,
      });
    }
    return {};
  }

  async function redeem(client: PoolClient, type: VerificationType, hash: string, email: string | undefined) {
    const user =
      email === undefined ? await findByTokenHash(client, type, hash) : await findByEmail(client, email);
    return redeemToken(client, user, type, hash, email === undefined ? INVALID_LINK : INVALID_CODE);
  }

  /** `POST /verify`: a code with its address, or a link's token. */
  async function verify(req: IncomingMessage): Promise<object> {
    const body = await readJson(req, verifySchema);
    const type = parseType(body.type);
    if (Boolean(body.token) === Boolean(body.token_hash)) {
      throw invalid('Verify requires either a token or a token hash');
    }
    if (body.token_hash && body.email) throw invalid('Only the token_hash and type should be provided');
    const email = body.token ? normalizeEmail(body.email) : undefined;
    const origin = originOf(req);
    guesses.check(email ?? origin.ip);
    guesses.record(email ?? origin.ip);
    const hash = email === undefined ? (body.token_hash ?? '') : hashOtp(email, body.token ?? '');
    const response = await inTransaction(context.pool, async (client) => {
      const { user, method } = await redeem(client, type, hash, email);
      return openSession(client, context, user, method, origin);
    });
    guesses.forget(email ?? origin.ip);
    return response;
  }

  /** `GET /verify`: somebody opened a letter's link; leads back to the site, signed in. */
  async function openLink(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const target = new URL(redirectTarget(url.searchParams.get('redirect_to')));
    const hash = url.searchParams.get('token') ?? '';
    try {
      const type = parseType(url.searchParams.get('type') ?? '');
      await inTransaction(context.pool, async (client) => {
        const { user, method } = await redeem(client, type, hash, undefined);
        if (hash.startsWith('pkce_')) {
          target.searchParams.set('code', await issueCode(client, user.id, method));
        } else {
          const session = await openSession(client, context, user, method, originOf(req));
          target.hash = fragmentOf(session, type);
        }
      });
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      target.hash = new URLSearchParams({
        error: 'access_denied',
        error_code: error.code,
        error_description: error.message,
      }).toString();
    }
    res.writeHead(303, { location: target.href, 'cache-control': 'no-store' });
    res.end();
  }

  return { recover, verify, openLink, linkFor, redirectTarget };
}

function parseType(type: string): VerificationType {
  const parsed = z.enum(VERIFICATION_TYPES).safeParse(type);
  if (!parsed.success) {
    throw invalid(type === '' ? 'Verify requires a verification type' : 'Unsupported verification type');
  }
  return parsed.data;
}

function fragmentOf({ user: _user, ...tokens }: TokenResponse, type: VerificationType): string {
  const entries = Object.entries(tokens).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams([...entries, ['type', type]]).toString();
}

function checkLetterInterval(user: UserRow): void {
  const left = (user.recovery_sent_at?.getTime() ?? 0) + LETTER_INTERVAL_MS - Date.now();
  if (left > 0) {
    throw new AuthError(
      429,
      'over_email_send_rate_limit',
      `For security purposes, you can only request this after ${Math.ceil(left / 1000)} seconds.`,
    );
  }
}
