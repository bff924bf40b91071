import { randomUUID } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SupabaseClient } from '@supabase/supabase-js';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceClient } from '../../api/supabase.ts';
import type { TicketRow } from '../../core/database.types.ts';
import { openDatabase } from '../../local/supabase/database.ts';
import { type Embedded, startEmbedded } from '../../local/supabase/embedded.ts';
import { projectScripts } from '../../local/supabase/schema/apply.ts';
import { createTestDesk } from '../../local/supabase/testing.ts';
import { backUp } from './backup.ts';
import { listTables, readRows, readSequences } from './rows.ts';
import { restoreToFolder } from './to-folder.ts';
import { restoreToSupabase } from './to-supabase.ts';

const logger = pino({ level: 'silent' });
const account = { email: 'maria@example.com', password: 'old password' };
const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
let folder: string;
let file: string;
let sqlFiles: string[];
let desk: Embedded;
let ticket: TicketRow;
let attachment: string;

const at = (name: string) => path.join(folder, name);
const start = (name: string) => startEmbedded({ dataDir: at(name), port: 0, sqlFiles, logger });
const restore = (name: string, overwrite = false, from = file) =>
  restoreToFolder({ file: from, dataDir: at(name), sqlFiles, overwrite, logger });

async function signedIn({ url, publishableKey }: { url: string; publishableKey: string }) {
  const client = serviceClient(url, publishableKey);
  const { data, error } = await client.auth.signInWithPassword(account);
  if (error) throw error;
  return { client, id: data.user.id };
}

async function openTicket(
  client: SupabaseClient,
  id: string,
): Promise<{ opened: TicketRow; filePath: string }> {
  const messageId = randomUUID();
  const filePath = `${id}/${messageId}/picture.png`;
  const uploaded = await client.storage
    .from('ticket-attachments')
    .upload(filePath, picture, { contentType: 'image/png' });
  if (uploaded.error) throw uploaded.error;
  const created = await client.rpc('create_ticket', {
    subject: 'Не приходит «письмо» \\ "код"',
    message_id: messageId,
    message: 'строка\nвторая\t\u2028 🙂 \\n',
    attachments: [
      { file_path: filePath, file_name: 'снимок.png', file_type: 'image/png', file_size: picture.length },
    ],
  });
  if (created.error) throw created.error;
  return { opened: created.data as TicketRow, filePath };
}

/** All that a backup holds of the database in a folder. */
async function contentOf(name: string): Promise<Record<string, unknown>> {
  const database = (await openDatabase(at(name), logger))!;
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('begin');
    const content: Record<string, unknown> = { sequences: await readSequences(client) };
    for (const table of await listTables(client)) {
      const rows: string[] = [];
      for await (const lines of readRows(client, table)) rows.push(...lines);
      content[`${table.schema}.${table.name}`] = rows.sort();
    }
    return content;
  } finally {
    await client.end();
    await database.stop();
  }
}

describe('a backup', () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'trivet-backup-'));
    file = at('desk.backup');
    sqlFiles = await projectScripts(path.resolve(import.meta.dirname, '../../sql'));
    desk = await start('first');
    const service = serviceClient(desk.url, desk.secretKey);
    const created = await service.auth.admin.createUser({ ...account, email_confirm: true });
    if (created.error) throw created.error;
    const { client, id } = await signedIn(desk);
    ({ opened: ticket, filePath: attachment } = await openTicket(client, id));
    await mkdir(at('first/telegram/files'), { recursive: true });
    await writeFile(at('first/telegram/journal.jsonl'), '[{"collection":"bot"}]\n[{"torn');
    await writeFile(at('first/telegram/files/abc-1'), picture);
  }, 90_000);
  afterAll(async () => {
    await desk.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('of a running desk is a desk elsewhere: rows, files, keys, sign-in, numbers', async () => {
    const counted = await backUp(at('first'), file, logger);
    expect(counted).toMatchObject({ objects: 1, missing: [] });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const before = await contentOf('first');
    expect(await restore('second')).toEqual({ ...counted, before: undefined });
    expect((await readdir(at('second'))).sort()).toEqual(['keys.json', 'postgres', 'storage', 'telegram']);
    expect(await readFile(at('second/telegram/journal.jsonl'), 'utf8')).toBe('[{"collection":"bot"}]\n');
    expect(await readFile(at('second/telegram/files/abc-1'))).toEqual(picture);
    expect(await contentOf('second')).toEqual(before);

    const second = await start('second');
    try {
      expect(second.secretKey).toBe(desk.secretKey);
      const { client, id } = await signedIn(second);
      const { data } = await client.from('ticket_messages').select('message').eq('ticket_id', ticket.id);
      expect(data).toEqual([{ message: 'строка\nвторая\t\u2028 🙂 \\n' }]);
      const download = await client.storage.from('ticket-attachments').download(attachment);
      expect(Buffer.from(await download.data!.arrayBuffer())).toEqual(picture);
      expect((await openTicket(client, id)).opened.number).toBe(ticket.number + 1);
      // A desk that is there is neither touched nor replaced while it runs.
      await expect(restore('second')).rejects.toMatchObject({ key: 'notEmpty' });
      await expect(restore('second', true)).rejects.toMatchObject({ code: 'data_dir_in_use' });
    } finally {
      await second.stop();
    }
  }, 60_000);

  it('moves into a Supabase project with passwords and files, once', async () => {
    const project = await createTestDesk();
    try {
      // As on Supabase: by a role that is no superuser.
      const databaseUrl = `${project.databaseUrl}?options=-c%20role%3Dpostgres`;
      const target = { url: project.url, service: project.admin, databaseUrl };
      await restoreToSupabase(file, target);
      const { client, id } = await signedIn(project);
      const { data } = await client.from('tickets').select('id, number, user_id');
      expect(data).toEqual([{ id: ticket.id, number: ticket.number, user_id: id }]);
      const download = await client.storage.from('ticket-attachments').download(attachment);
      expect(Buffer.from(await download.data!.arrayBuffer())).toEqual(picture);
      expect((await openTicket(client, id)).opened.number).toBe(ticket.number + 1);
      await expect(restoreToSupabase(file, target)).rejects.toMatchObject({ key: 'projectNotEmpty' });
    } finally {
      await project.stop();
    }
  }, 60_000);

  it('refuses what is no whole backup, and leaves nothing behind', async () => {
    const whole = await readFile(file);
    await writeFile(at('half'), whole.subarray(0, whole.length - 200));
    await writeFile(at('other'), 'no backup');
    for (const name of ['half', 'other'])
      await expect(restore('third', true, at(name))).rejects.toMatchObject({ key: 'damaged' });
    await expect(restore('third', true, at('nowhere'))).rejects.toMatchObject({ key: 'noFile' });
    expect(await readdir(folder)).not.toContain('third');
    await expect(backUp(at('third'), at('none'), logger)).rejects.toMatchObject({ key: 'nothingHere' });
    expect(await readdir(folder)).not.toContain('none.unfinished');
  }, 60_000);
});
