import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { SCHEMA_VERSION } from '../core/schema-version.ts';
import { runProjectScripts } from '../local/supabase/schema/apply.ts';
import { newProject, type Project } from './testing-servers.ts';
import {
  functionsOf,
  read,
  readRelease,
  rowsOf,
  scripts,
  upgradeSuite,
  version,
} from './testing-upgrades.ts';

describe('PostgreSQL 17, the embedded one', () => {
  upgradeSuite('upgrade17', () => inject('postgresUrl') ?? '');
  const projects: Project[] = [];
  const project = async (database: string) => {
    const made = await newProject(inject('postgresUrl') ?? '', `upgrade_${database}`);
    projects.push(made);
    return made;
  };
  afterAll(async () => {
    for (const made of projects) await made.drop();
  });

  test('a script that stopped half-way is noticed, and running all again mends it', async () => {
    const desk = await project('half');
    await runProjectScripts(desk.editor, scripts.slice(0, -3));
    expect(await version(desk)).toEqual({ version: 0, target: SCHEMA_VERSION });
    await expect(
      runProjectScripts(desk.editor, [path.join(import.meta.dirname, 'fixtures/earlier-tables.sql')]),
    ).rejects.toThrow(/earlier-tables.sql can't be applied: .*already exists/);
    await runProjectScripts(desk.editor, scripts);
    expect(await version(desk)).toEqual({ version: SCHEMA_VERSION, target: SCHEMA_VERSION });
  });

  test('the version is not recorded while a script is missing, and every script is asked for', async () => {
    const desk = await project('missing');
    const without = scripts.filter((script) => !script.endsWith('create_diagnosis.sql'));
    await expect(runProjectScripts(desk.editor, without)).rejects.toThrow(
      /create_diagnosis.sql has not been run/,
    );
    expect(await version(desk)).toEqual({ version: 0, target: SCHEMA_VERSION });
    const record = await read('record_schema_version.sql');
    for (const script of scripts) {
      const name = path.basename(script);
      if (/^(\d|record_|setup_)/.test(name)) continue;
      expect(record, name).toContain(`('${name}'`);
    }
  });

  test('the migrations of Supabase’s CLI lead a fresh project and the last release here', async () => {
    const folder = path.join(import.meta.dirname, '../supabase/migrations');
    const links = (await readdir(folder)).toSorted();
    const newest = links.at(-1)!.slice(0, 8);
    const [fresh, released] = await Promise.all([project('cli_fresh'), project('cli_released')]);
    const run = ({ editor }: Project, names: string[]) =>
      runProjectScripts(
        editor,
        names.map((name) => path.join(folder, name)),
      );
    await run(fresh, links);
    await released.editor.query(await readRelease(SCHEMA_VERSION - 1));
    await run(
      released,
      links.filter((name) => name.startsWith(newest)),
    );
    for (const desk of [fresh, released]) {
      expect(await version(desk)).toEqual({ version: SCHEMA_VERSION, target: SCHEMA_VERSION });
    }
    expect(await functionsOf(released)).toEqual(await functionsOf(fresh));
  });

  test('a numbered upgrade is applied once, and older scripts leave a newer database alone', async () => {
    const desk = await project('numbered');
    await runProjectScripts(desk.editor, scripts);
    const begin = () => rowsOf(desk.editor, 'select private.begin_upgrade(999) as first');
    expect(await begin()).toEqual([{ first: true }]);
    expect(await begin()).toEqual([{ first: false }]);
    expect(await rowsOf(desk.editor, 'select number from private.schema_upgrades order by 1')).toEqual([
      { number: 1 },
      { number: 999 },
    ]);

    await desk.editor.query(`update private.schema_version set version = 1000, target = 1000`);
    await expect(runProjectScripts(desk.editor, scripts)).rejects.toThrow(
      /has version 1000 .* these scripts are older/,
    );
    expect(await version(desk)).toEqual({ version: 1000, target: 1000 });
  });
});
