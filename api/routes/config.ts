import type { RequestHandler } from 'express';
import type { Locale } from '../../core/database.types.ts';

/** What `GET /api/config` tells browsers: where the tables are and with which public key. Nothing secret. */
export interface PublicConfig {
  supabaseUrl: string;
  supabaseKey: string;
  /** The desk's own language; apps follow the browser first. */
  locale: Locale;
  /** Present on a fresh demo desk only. */
  demo?: { password: string; users: { email: string; role: 'user' | 'admin' }[] };
}

/**
 * @param configFor gives the configuration for the host name a browser used: an embedded Supabase that listens on
 * every address is reached under whichever of them the browser came by.
 */
export function configRoute(configFor: (hostname: string) => PublicConfig): RequestHandler {
  return (req, res) => {
    res.set('Cache-Control', 'no-store').json(configFor(req.hostname));
  };
}
