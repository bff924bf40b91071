import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Service, SupabaseContext } from '../context.ts';
import { ApiError, loggable } from '../errors.ts';
import { sendJson } from '../http.ts';
import { createAccount } from './account.ts';
import { createAdmin } from './admin.ts';
import { AuthError, notSpoken, sendAuthError } from './errors.ts';
import type { Mailer } from './mailer.ts';
import type { Passwords } from './passwords.ts';
import { createRecovery } from './recovery.ts';
import { createSignIn } from './sign-in.ts';

/** What the parts of auth work with. */
export interface AuthServices {
  context: SupabaseContext;
  mailer: Mailer;
  passwords: Passwords;
  /** Where letters' links lead when nothing else is asked for. */
  siteUrl: string;
}

const SETTINGS = {
  external: { email: true, phone: false, anonymous_users: false },
  disable_signup: false,
  mailer_autoconfirm: true,
  phone_autoconfirm: false,
  sms_provider: '',
  saml_enabled: false,
};

const HEALTH = {
  version: 'embedded',
  name: 'GoTrue',
  description: 'The embedded stand-in for Supabase Auth',
};

/** Supabase Auth: sign-up and sign-in with passwords, sessions, recovery by mail, and the admin's calls. */
export function createAuthService(services: AuthServices): Service {
  const { context } = services;
  const signIn = createSignIn(services);
  const account = createAccount(services);
  const recovery = createRecovery(services);
  const admin = createAdmin(services, recovery);

  async function route(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
    const path = url.pathname.replace(/^\/auth\/v1/, '').replace(/\/$/, '');
    const call = `${req.method ?? ''} ${path}`;
    // A letter's link is opened by a browser, which has no key to show.
    if (call === 'GET /verify') return recovery.openLink(req, res, url);
    if (call === 'GET /.well-known/jwks.json') return sendJson(res, 200, { keys: [] });
    await context.checkApiKey(req);
    if (path.startsWith('/admin/')) return admin(req, res, url, path);
    switch (call) {
      case 'POST /signup':
        return sendJson(res, 200, await signIn.signUp(req));
      case 'POST /token':
        return sendJson(res, 200, await signIn.token(req, url), { 'cache-control': 'no-store' });
      case 'GET /user':
        return sendJson(res, 200, await account.get(req));
      case 'PUT /user':
        return sendJson(res, 200, await account.update(req));
      case 'POST /logout':
        await account.logOut(req, url);
        res.writeHead(204).end();
        return;
      case 'POST /recover':
        return sendJson(res, 200, await recovery.recover(req, url));
      case 'POST /verify':
        return sendJson(res, 200, await recovery.verify(req));
      case 'GET /settings':
        return sendJson(res, 200, SETTINGS);
      case 'GET /health':
        return sendJson(res, 200, HEALTH);
      default:
        throw notSpoken(call);
    }
  }

  return async (req, res, url) => {
    try {
      await route(req, res, url);
    } catch (error) {
      if (error instanceof AuthError || error instanceof ApiError) return sendAuthError(req, res, error);
      context.logger.error({ error: loggable(error), method: req.method }, 'auth: a request failed');
      sendAuthError(
        req,
        res,
        new AuthError(
          500,
          'unexpected_failure',
          'Unexpected failure, please check server logs for more information',
        ),
      );
    }
  };
}
