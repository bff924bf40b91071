import express from 'express';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { listen } from './server.ts';
import { Parts } from './stopping.ts';

it('stops every part, the last first, also when one fails or never ends, and says so', async () => {
  const parts = new Parts(pino({ level: 'silent' }));
  const stopped: string[] = [];
  parts.add('database', () => {
    stopped.push('database');
    return Promise.resolve();
  });
  parts.add('stuck', () => new Promise<void>(() => stopped.push('stuck')), 20);
  parts.add('broken', () => {
    stopped.push('broken');
    return Promise.reject(new Error('no'));
  });
  await expect(parts.stop()).rejects.toThrow('no');
  expect(stopped).toEqual(['broken', 'stuck', 'database']);
  await parts.stop();
  expect(stopped).toHaveLength(3);
});

it('answers the request in flight before it stops, and takes no other', async () => {
  const app = express();
  let finish = () => {};
  const arrived = new Promise<void>((resolve) => {
    app.get('/', (_req, res) => {
      finish = () => res.send('done');
      resolve();
    });
  });
  const { port, stop } = await listen(app, '127.0.0.1', 0);
  const url = `http://127.0.0.1:${port}/`;
  const answer = fetch(url);
  await arrived;
  const stopping = stop();
  await expect(fetch(url)).rejects.toThrow();
  finish();
  expect(await (await answer).text()).toBe('done');
  await stopping;
});

it('names the port that is taken', async () => {
  const first = await listen(express(), '127.0.0.1', 0);
  await expect(listen(express(), '127.0.0.1', first.port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
    port: first.port,
  });
  await first.stop();
});
