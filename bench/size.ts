import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { appConfig, apps, type App } from '../vite.apps.ts';
import type { BenchResult } from './main.ts';

/** What a signed-in person's browser asks for before the list stands, beside the entry: pages and words. */
const firstScreen: Record<App, RegExp> = {
  cabinet: /\/(CabinetPages\.tsx|words\/ru\.ts)$/,
  admin: /\/(PanelPages\.tsx|TicketsTabLive\.tsx|words\/ru\.ts)$/,
};

/** How much JavaScript each app's first load is: of a build made for it, gzipped as the api serves it. */
export async function benchSize(): Promise<BenchResult> {
  // A test runner's NODE_ENV would have React's development build measured.
  process.env.NODE_ENV = 'production';
  const figures: BenchResult['figures'] = {};
  for (const app of apps) {
    figures[`first load of ${app}, kB of JavaScript gzipped`] = (await firstLoad(app)) / 1_000;
  }
  return { name: 'Size', figures };
}

/** Bytes of the chunks that the first screen needs, and of all that these import. */
async function firstLoad(app: App): Promise<number> {
  const config = appConfig(app);
  const built = await build({ ...config, logLevel: 'warn', build: { ...config.build, write: false } });
  const { output } = built as Rolldown.RolldownOutput;
  const chunks = new Map(output.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part]] : [])));
  const needed = new Set<string>();
  const need = (fileName: string) => {
    const chunk = chunks.get(fileName);
    if (!chunk || needed.has(fileName)) return;
    needed.add(fileName);
    chunk.imports.forEach(need);
  };
  for (const { fileName, isEntry, facadeModuleId } of chunks.values()) {
    if (isEntry || firstScreen[app].test(facadeModuleId ?? '')) need(fileName);
  }
  return [...needed].reduce((sum, fileName) => sum + gzipSync(chunks.get(fileName)?.code ?? '').length, 0);
}
