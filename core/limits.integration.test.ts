import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDesk, type TestDesk } from '../local/supabase/testing.ts';
import { buckets, limits } from './limits.ts';

let desk: TestDesk;
beforeAll(async () => {
  desk = await createTestDesk();
});
afterAll(() => desk.stop());

const inMilliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::integer as ${column}`;

test('a fresh database has the limits of limits.ts, each of them', async () => {
  const [settings] = await desk.sql<Record<string, unknown>>(
    `select to_jsonb(s) - 'id' || to_jsonb(t) as values from private.settings s,
     lateral (select ${inMilliseconds('edit_window')}, ${inMilliseconds('archive_after')}) t`,
  );
  const inSql = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  expect(settings!.values).toEqual(
    Object.fromEntries(Object.entries(limits).map(([name, value]) => [inSql(name), value])),
  );
});

test('the bucket takes files as large as an attachment may be, and shows them to nobody', async () => {
  const { data, error } = await desk.admin.storage.getBucket(buckets.attachments);
  expect(error).toBeNull();
  expect(data).toMatchObject({ public: false, file_size_limit: limits.attachmentBytes });
});

test('the bucket of avatars takes small pictures only', async () => {
  const { data, error } = await desk.admin.storage.getBucket(buckets.avatars);
  expect(error).toBeNull();
  expect(data).toMatchObject({ public: true, file_size_limit: 1024 * 1024 });
  expect(data!.allowed_mime_types).not.toContain('image/svg+xml');
});
