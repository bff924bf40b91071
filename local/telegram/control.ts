import express, { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { BotApiError } from './errors.ts';
import type { CollectionName } from './model.ts';
import { operations } from './operations.ts';
import { StaffError } from './places.ts';
import type { Store } from './store.ts';
import type { Telegram } from './server.ts';
import { readBody } from './upload.ts';
import type { World } from './world.ts';

/** What the page mirrors. */
const shown: readonly CollectionName[] = ['bot', 'chats', 'people', 'topics', 'messages', 'commands'];
/** Types a browser may show in place; everything else is downloaded, so that no file runs as a page. */
const inline = /^(image\/(png|jpeg|gif|webp)|video\/(mp4|webm)|audio\/(ogg|mpeg|mp4|wav|webm))$/;

function isLoopback(address: string | undefined): boolean {
  return /^(::1|(::ffff:)?127\.)/.test(address ?? '');
}

/** Whether a Host header names this machine; any other name could be somebody's that resolves here. */
function isLocalName(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host);
}

/** Tells the page everything at first, then every change and happening, as server-sent events. */
function stream(world: World, response: Response): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (name: string, data: unknown): void =>
    void response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  send('state', { groupId: world.groupId, changes: world.store.dump(shown).map(hideSecrets) });
  const unsubscribe = world.store.subscribe((event) => {
    const changes = event.filter(({ collection }) => shown.includes(collection)).map(hideSecrets);
    if (changes.length > 0) send('changes', changes);
  });
  const onAction = (action: unknown): void => send('action', action);
  world.events.on('action', onAction);
  const beat = setInterval(() => response.write(': alive\n\n'), 20_000);
  response.on('close', () => {
    unsubscribe();
    clearInterval(beat);
    world.events.off('action', onAction);
  });
}

/** The bot's token and the webhook's secret are nobody's business on a page. */
function hideSecrets(change: ReturnType<Store['dump']>[number]): typeof change {
  if (change.collection !== 'bot') return change;
  const { webhook: _, token: __, ...bot } = change.value as { webhook?: unknown; token?: string };
  return { ...change, value: bot };
}

function fail(response: Response, error: unknown): void {
  const [status, text] =
    error instanceof z.ZodError
      ? [400, z.prettifyError(error)]
      : error instanceof StaffError || error instanceof BotApiError
        ? [error instanceof BotApiError ? error.code : 400, error.message]
        : [500, 'The stand-in failed; its log says why'];
  if (!response.headersSent) response.status(status).json({ error: text });
}

/** The input of an operation: a JSON body, or a multipart form with the JSON in its field `message`. */
async function readInput(
  request: Request,
): Promise<{ input: unknown; files: Parameters<NonNullable<ReturnType<typeof operations.get>>['run']>[2] }> {
  const { fields, files } = await readBody(request);
  const packed = fields['message'];
  return { input: typeof packed === 'string' ? JSON.parse(packed) : fields, files: [...files.values()] };
}

/** `/control/…`: plays people, injects faults and shows records, to loopback callers only. */
export function controlRouter(world: World, telegram: Telegram, onError: (error: unknown) => void): Router {
  const router = Router();
  router.use((request, response, next) => {
    const { origin, host = '' } = request.headers;
    const foreign = !isLocalName(host) || (origin !== undefined && origin !== `http://${host}`);
    if (!isLoopback(request.socket.remoteAddress) || foreign) {
      response.status(403).json({ error: 'The control surface answers this machine only' });
    } else next();
  });

  router.get('/events', (_request, response) => stream(world, response));
  router.get('/state', (_request, response) => {
    response.json({
      groupId: telegram.groupId,
      group: telegram.group.state,
      topics: telegram.topics(),
      messages: telegram.messages(),
      pendingUpdates: world.updates.pending().length,
    });
  });
  router.get('/calls', (request, response) => {
    const { after } = z.object({ after: z.coerce.number().int().default(0) }).parse(request.query);
    response.json(telegram.calls(after));
  });
  router.get('/files/:uniqueId', (request, response) => {
    const file = world.store.values('files').find(({ uniqueId }) => uniqueId === request.params.uniqueId);
    if (!file) return void response.status(404).json({ error: 'There is no such file' });
    const show = inline.test(file.mimeType);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('content-security-policy', "sandbox; default-src 'none'");
    response.setHeader('cache-control', 'private, max-age=31536000, immutable');
    if (!show) response.attachment(file.name);
    response.type(show ? file.mimeType : 'application/octet-stream');
    response.send(world.store.readBlob(file.blob));
  });
  router.post('/*path', (request, response) => {
    const operation = operations.get(request.params.path.join('/'));
    if (!operation) return void response.status(404).json({ error: 'There is no such operation' });
    readInput(request)
      .then(({ input, files }) => operation.run(telegram, input, files))
      .then((result) => response.json(result ?? null))
      .catch((error: unknown) => {
        onError(error);
        fail(response, error);
      });
  });
  return router;
}

/** The page's folder as static files, with a policy under which nothing foreign runs in it. */
export function pageRouter(pageDir: string): Router {
  const policy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'";
  const router = Router();
  router.use((_request, response, next) => {
    response.setHeader('content-security-policy', policy);
    next();
  });
  router.use(express.static(pageDir));
  return router;
}
