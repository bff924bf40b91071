import { mkdir, writeFile } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';

/** One benchmark's result: figures by name, the unit in the name. */
export interface BenchResult {
  name: string;
  figures: Record<string, number>;
}

const benches: Record<string, (parts: string[]) => Promise<BenchResult>> = {
  rest: async () => (await import('../local/supabase/rest/bench.ts')).benchRest(),
  realtime: async () => (await import('../local/supabase/realtime/bench.ts')).benchRealtime(),
  desk: async () => (await import('./desk.ts')).benchDesk(),
  bridge: async (parts) => (await import('./bridge.ts')).benchBridge(parts),
  paint: async () => (await import('./paint.ts')).benchPaint(),
  size: async () => (await import('./size.ts')).benchSize(),
};

// `npm run bench` measures everything, `npm run bench -- rest desk` what is named, `npm run bench -- bridge latency
// kills` those parts of a bench that has parts; the table is also written as JSON.
const wanted = new Map<string, string[]>();
let parts: string[] | undefined;
for (const name of process.argv.slice(2)) {
  if (name in benches) wanted.set(name, (parts = []));
  else if (parts !== undefined && wanted.get('bridge') === parts) parts.push(name);
  else {
    console.error(`There is no benchmark ${name}; there are ${Object.keys(benches).join(', ')}.`);
    process.exit(1);
  }
}

const results: BenchResult[] = [];
for (const [name, run] of Object.entries(benches)) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const result = await run(wanted.get(name) ?? []);
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
