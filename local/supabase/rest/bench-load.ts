import { createClient } from '@supabase/supabase-js';
import { WebSocket } from 'ws';

const connections = 16;
const parallelReads = 8_000;
const sequentialReads = 1_500;
const rows = 10_000;

const [, , url = '', key = ''] = process.argv;
const client = createClient(url, key, {
  auth: { persistSession: false, autoRefreshToken: false },
  realtime: { transport: WebSocket as unknown as typeof globalThis.WebSocket },
});

const byFetch = async (id: number) => {
  const response = await fetch(`${url}/rest/v1/bench_notes?select=id,body,at&id=eq.${id}`, {
    headers: { apikey: key },
  });
  if (!response.ok) throw new Error(`the read was answered with ${response.status}`);
  await response.json();
};

const byClient = async (id: number) => {
  const { error } = await client.from('bench_notes').select('id,body,at').eq('id', id).single();
  if (error) throw new Error(error.message);
};

async function perSecond(read: (id: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  const workers = Array.from({ length: connections }, async () => {
    while (next < parallelReads) await read((next++ % rows) + 1);
  });
  await Promise.all(workers);
  return parallelReads / ((performance.now() - began) / 1_000);
}

async function median(read: (id: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let id = 1; id <= sequentialReads; id++) {
    const began = performance.now();
    await read(id);
    times.push(performance.now() - began);
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? NaN;
}

for (let id = 1; id <= sequentialReads; id++) await byFetch(id);
process.send?.({
  [`reads/s over ${connections} connections, fetch`]: await perSecond(byFetch),
  [`reads/s over ${connections} connections, supabase-js`]: await perSecond(byClient),
  'p50 of one read in ms, fetch': await median(byFetch),
  'p50 of one read in ms, supabase-js': await median(byClient),
});
process.disconnect();
