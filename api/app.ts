import compression from 'compression';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { type OperationsDeps, operations } from './operations.ts';
import { configRoute, type PublicConfig } from './routes/config.ts';

export interface AppDeps extends OperationsDeps {
  logger: Logger;
  configFor: (hostname: string) => PublicConfig;
  /** Telegram's deliveries, when the bot listens by webhook. */
  webhook: { path: string; handler: RequestHandler } | undefined;
  /** The two apps: built ones from disk, or Vite's middleware while developing. */
  apps: { cabinet: RequestHandler; admin: RequestHandler };
  /** Hot reload needs inline scripts and a socket of its own, which the production policy forbids. */
  development: boolean;
}

/** Builds the desk's HTTP server: `/api/…`, `/cabinet/` and `/admin/`. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');

  app.use(
    pinoHttp({
      logger: deps.logger,
      // Addresses may hold one-time codes in their query, headers hold keys: neither is logged.
      serializers: {
        req: (req: { method: string; url: string }) => ({ method: req.method, path: req.url.split('?')[0] }),
        res: (res: { statusCode: number }) => ({ status: res.statusCode }),
      },
      customLogLevel: (_req, res, error) => (error || res.statusCode >= 500 ? 'error' : 'debug'),
    }),
  );
  app.use(deps.metrics.countRequests, securityHeaders(deps), compression());

  app.use(operations(deps));
  app.get('/api/config', configRoute(deps.configFor));
  if (deps.webhook) app.post(deps.webhook.path, deps.webhook.handler);
  app.use('/api', (req, res) => {
    res
      .status(404)
      .json({ code: 'not_found', message: `There is no ${req.method} ${req.baseUrl}${req.path}.` });
  });

  // In development Vite looks at whole addresses, so the apps aren't mounted below their base there.
  if (deps.development) {
    app.use(deps.apps.cabinet, deps.apps.admin);
  } else {
    app.use('/cabinet', deps.apps.cabinet);
    app.use('/admin', deps.apps.admin);
  }
  app.get('/', (_req, res) => res.redirect('/cabinet/support'));

  app.use((_req, res) => {
    res.status(404).type('text/plain').send('There is nothing at this address. Try /cabinet/ or /admin/.');
  });
  app.use(answerErrors(deps.logger));
  return app;
}

function securityHeaders({ configFor, development }: AppDeps): RequestHandler {
  if (development) return helmet({ contentSecurityPolicy: false });
  return (req, res, next) => {
    const supabase = configFor(req.hostname).supabaseUrl;
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          // Virtual lists and menus place their rows by style attributes.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'blob:', 'data:', supabase],
          mediaSrc: ["'self'", 'blob:', supabase],
          connectSrc: ["'self'", supabase, supabase.replace(/^http/, 'ws')],
          fontSrc: ["'self'", 'data:'],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
      },
      // The desk answers plain HTTP on loopback; whoever puts TLS before it sets HSTS there.
      strictTransportSecurity: false,
      crossOriginEmbedderPolicy: false,
    })(req, res, next);
  };
}

function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (res.headersSent) return next(error);
    const status = statusOf(error);
    if (status >= 500) logger.error({ err: error }, 'request failed');
    res.status(status).json(
      status >= 500
        ? { code: 'internal_error', message: 'Something went wrong here. Try again in a moment.' }
        : {
            code: 'bad_request',
            message: error instanceof Error ? error.message : 'The request is not understood.',
          },
    );
  };
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
