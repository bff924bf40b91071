import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';

/** One benchmark's result: figures by name, the unit in the name. */
export interface BenchResult {
  name: string;
  figures: Record<string, number>;
}

const benches: Record<string, () => Promise<BenchResult>> = {
  rest: async () => (await import('../local/supabase/rest/bench.ts')).benchRest(),
  realtime: async () => (await import('../local/supabase/realtime/bench.ts')).benchRealtime(),
  desk: async () => (await import('./desk.ts')).benchDesk(),
  bridge: async () => (await import('./bridge.ts')).benchBridge(),
  paint: async () => (await import('./paint.ts')).benchPaint(),
  size: async () => (await import('./size.ts')).benchSize(),
};

// `npm run bench` measures everything, `npm run bench -- rest desk` what is named; the table is also written as JSON.
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}

const results: BenchResult[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const result = await run();
  results.push(result);
  console.log(`\n${result.name}`);
  console.table(
    Object.fromEntries(
      Object.entries(result.figures).map(([figure, value]) => [figure, { value: round(value) }]),
    ),
  );
}
const machine = `${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
await mkdir('dist', { recursive: true });
await writeFile(
  'dist/bench.json',
  `${JSON.stringify({ machine, at: new Date().toISOString(), results }, null, 2)}\n`,
);
console.log(`\nMeasured on ${machine}. Written to dist/bench.json.`);
process.exit(0);

function round(value: number): number {
  return Number(value.toPrecision(4));
}
