import path from 'node:path';
import { buildIfStale } from '../api/build.ts';
import { ensureChromium } from './chromium.ts';

/** Before the browser tests: one build for all the desks they start, and a browser. */
export default async function setup(): Promise<void> {
  ensureChromium();
  await buildIfStale(path.resolve(import.meta.dirname, '..'));
}
