import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from './config.ts';

const root = path.resolve(import.meta.dirname, '..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const manifest = z
  .object({
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    engines: z.object({ node: z.string() }),
  })
  .parse(JSON.parse(read('package.json')));
/** What a container's process runs, as package.json has it for those without one. */
const wordsOf = (script: string) => manifest.scripts[script]!.replace('exec ', '').split(' ');

/** Every file that starting `entry` loads, and every package; imports at run time (hot reload) aren't among them. */
function loadedBy(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const [, isType, from] of read(entry).matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)';/gm)) {
    if (isType) continue;
    if (from!.startsWith('.')) loadedBy(path.join(path.dirname(entry), from!), seen);
    else if (!from!.startsWith('node:')) seen.add(`package ${/^(@[^/]+\/)?[^/]+/.exec(from!)![0]}`);
  }
  return seen;
}

describe('Dockerfile', () => {
  const lines = read('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const final = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
  const copied = final.flatMap((line) => /^COPY ((?!--)\S+) \S+$/.exec(line)?.[1] ?? []);

  it('holds everything that api and bot load, and no package that is only for development', () => {
    expect(copied.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
    const loaded = [...loadedBy('api/main.ts')];
    const files = loaded.filter((name) => !name.startsWith('package '));
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((name) => !copied.includes(name.split('/')[0]!))).toEqual([]);
    const packages = loaded.filter((name) => name.startsWith('package ')).map((name) => name.slice(8));
    expect(packages).toContain('express');
    expect(packages.filter((name) => !(name in manifest.dependencies))).toEqual([]);
  });

  it('runs as nobody in particular, and says whether it works', () => {
    const at = (word: string) => final.findIndex((line) => line.startsWith(word));
    expect(at('USER node')).toBeGreaterThan(0);
    expect(at('HEALTHCHECK')).toBeGreaterThan(at('USER node'));
    expect(JSON.parse(final[at('CMD')]!.slice(4))).toEqual(wordsOf('start:api'));
  });

  it('takes no secret along', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const name of ['.env', '.env.*', '.git', '.data', 'node_modules']) expect(ignored).toContain(name);
  });
});

it('compose.yaml runs api and bot as npm does, shut in, with settings the desk understands', () => {
  const service = z.object({
    command: z.array(z.string()).optional(),
    env_file: z.literal('.env'),
    environment: z.record(z.string(), z.string()),
    ports: z.array(z.string()).optional(),
    read_only: z.literal(true),
    cap_drop: z.tuple([z.literal('ALL')]),
    restart: z.string(),
  });
  const { services } = z
    .object({ services: z.strictObject({ api: service, bot: service }) })
    .parse(parse(read('compose.yaml'), { merge: true }));
  expect(services.bot.command).toEqual(wordsOf('start:bot'));
  expect(services.api.command).toBeUndefined();
  expect(services.api.ports).toEqual(['127.0.0.1:3000:3000']);
  expect(readConfig(services.api.environment)).toMatchObject({ http: { port: 3000 }, botPort: undefined });
  expect(readConfig(services.bot.environment).botPort).toBe(3001);
});

it('the systemd unit starts what npm start starts', () => {
  const started = /^ExecStart=\/usr\/bin\/(.+)$/m.exec(read('deploy/trivet.service'))?.[1];
  expect(started?.split(' ')).toEqual(wordsOf('start'));
});

it('the workflow tests on the oldest Node that is promised, by the command of the README', () => {
  const { jobs } = z
    .object({
      jobs: z.object({
        checks: z.object({
          strategy: z.object({ matrix: z.object({ node: z.array(z.string()) }) }),
          steps: z.array(z.looseObject({ run: z.string().optional() })),
        }),
      }),
    })
    .parse(parse(read('.github/workflows/checks.yml')));
  expect(manifest.engines.node).toBe(`>=${jobs.checks.strategy.matrix.node[0]}`);
  const commands = jobs.checks.steps.flatMap(({ run }) => run ?? []);
  const script = commands.map((command) => /^bash (\S+)$/.exec(command)?.[1]).find(Boolean);
  expect(read(script!)).toContain('npm ci && npm test');
});
