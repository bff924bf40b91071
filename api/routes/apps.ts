import path from 'node:path';
import express, { type RequestHandler, Router } from 'express';

/** Files whose names carry a hash of their content never change. */
const year = 365 * 24 * 60 * 60 * 1_000;

/**
 * Serves one built single-page app: its hashed assets for ever, and its page for every other address below it, so
 * that a ticket's own URL opens from a bookmark.
 * @param folder the app's build, with `index.html` and `assets/`.
 */
export function staticApp(folder: string): Router {
  const router = Router();
  router.use(
    '/assets',
    express.static(path.join(folder, 'assets'), { immutable: true, maxAge: year, fallthrough: false }),
  );
  router.use(express.static(folder, { index: false, maxAge: 0 }));
  const page: RequestHandler = (_req, res) => {
    res.set('Cache-Control', 'no-cache').sendFile('index.html', { root: folder });
  };
  router.get('/{*path}', page);
  return router;
}
