import type { RequestHandler } from 'express';
import { createServer } from 'vite';
import { appConfig, type App } from '../vite.apps.ts';

/** The two apps straight from their sources, with hot reload. */
export async function viteApps(): Promise<Record<App, RequestHandler>> {
  const middleware = async (app: App) => {
    const vite = await createServer({
      ...appConfig(app),
      appType: 'spa',
      server: { middlewareMode: true, hmr: { port: app === 'cabinet' ? 24_678 : 24_679 } },
    });
    const handler: RequestHandler = (req, res, next) => {
      if (req.path === `/${app}` || req.path.startsWith(`/${app}/`)) vite.middlewares(req, res, next);
      else next();
    };
    return handler;
  };
  const [cabinet, admin] = await Promise.all([middleware('cabinet'), middleware('admin')]);
  return { cabinet, admin };
}
