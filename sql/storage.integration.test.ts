import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AttachmentInput, TicketRow } from '../core/database.types.ts';
import { buckets, limits } from '../core/limits.ts';
import { sweepFiles } from '../core/queries/files.ts';
import { createTestDesk, type TestDesk, type TestUser } from '../local/supabase/testing.ts';
import { call, openTicket, refusal, upload, write } from './testing.ts';

let desk: TestDesk;
let anna: TestUser;
let boris: TestUser;
let staff: TestUser;
let annas: TicketRow;
let boriss: TicketRow;
/** A file of Anna's in her ticket, and one she has uploaded and not sent. */
let sent: AttachmentInput;
let kept: AttachmentInput;
/** A file of staff's in Anna's ticket. */
let answer: AttachmentInput;

beforeAll(async () => {
  desk = await createTestDesk();
  [anna, boris, staff] = await Promise.all([
    desk.createUser(),
    desk.createUser(),
    desk.createUser({ role: 'admin' }),
  ]);
  const [messageId, answerId] = [randomUUID(), randomUUID()];
  sent = await upload(anna, messageId, { name: 'sent.txt', content: 'sent by Anna' });
  kept = await upload(anna, randomUUID(), { name: 'kept.txt', content: 'kept by Anna' });
  answer = await upload(staff, answerId, { name: 'answer.txt', content: 'from staff' });
  annas = await openTicket(anna, { messageId, attachments: [sent] });
  boriss = await openTicket(boris);
  await write(staff, annas.id, '', { messageId: answerId, attachments: [answer] });
});
afterAll(() => desk.stop());

const files = (client: SupabaseClient) => client.storage.from(buckets.attachments);
const text = async (client: SupabaseClient, path: string) => {
  const { data } = await files(client).download(path);
  return data === null ? null : data.text();
};
const put = async (
  client: SupabaseClient,
  path: string,
  content: string | Buffer = 'x',
  options: object = {},
) => {
  const { error } = await files(client).upload(path, Buffer.from(content), {
    contentType: 'text/plain',
    ...options,
  });
  return error === null ? 'allowed' : String((error as { statusCode?: string }).statusCode);
};

describe('files are read', () => {
  test('by who reads the message, and by who uploaded them', async () => {
    for (const { client } of [anna, staff]) {
      expect(await text(client, sent.file_path)).toBe('sent by Anna');
      expect(await text(client, answer.file_path)).toBe('from staff');
      const { data } = await files(client).createSignedUrl(answer.file_path, 60);
      expect(await (await fetch(data!.signedUrl)).text()).toBe('from staff');
    }
    expect(await text(anna.client, kept.file_path)).toBe('kept by Anna');
    expect(await text(desk.admin, kept.file_path)).toBe('kept by Anna');
    expect(await text(staff.client, kept.file_path)).toBeNull();
  });

  test('by no stranger and nobody anonymous: not downloaded, signed, described or listed', async () => {
    for (const client of [boris.client, desk.anonymous()]) {
      for (const { file_path: path } of [sent, kept, answer]) {
        expect(await text(client, path)).toBeNull();
        expect((await files(client).createSignedUrl(path, 60)).data).toBeNull();
        expect((await files(client).createSignedUrls([path], 60)).data?.[0]?.signedUrl ?? '').toBe('');
        expect((await files(client).info(path)).data).toBeNull();
        const folder = path.slice(0, path.lastIndexOf('/'));
        expect((await files(client).list(folder)).data ?? []).toEqual([]);
      }
      expect((await files(client).list()).data ?? []).toEqual([]);
      expect((await files(client).list(anna.id)).data ?? []).toEqual([]);
    }
    const open = await fetch(`${desk.url}/storage/v1/object/public/${buckets.attachments}/${sent.file_path}`);
    expect(open.status).toBeGreaterThanOrEqual(400);
  });

  test('by nobody any more when their message is deleted', async () => {
    const messageId = randomUUID();
    const file = await upload(staff, messageId, { content: 'a slip' });
    await write(staff, annas.id, 'x', { messageId, attachments: [file] });
    expect(await text(anna.client, file.file_path)).toBe('a slip');
    await call(staff.client, 'delete_message', { message_id: messageId });
    expect(await text(anna.client, file.file_path)).toBeNull();
    expect(
      (await anna.client.from('ticket_attachments').select('id').eq('message_id', messageId)).data,
    ).toEqual([]);
  });

  test('through a link that ends', async () => {
    const { data } = await files(anna.client).createSignedUrl(sent.file_path, 60);
    const url = new URL(data!.signedUrl);
    url.pathname = url.pathname.replace(sent.file_path, kept.file_path);
    expect((await fetch(url)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('files are written', () => {
  test("into one's own folder, under a message, with a plain name, and nowhere else", async () => {
    const id = randomUUID();
    for (const path of [
      `${anna.id}/${id}/x.txt`,
      `telegram/${id}/x.txt`,
      `${boris.id}/x.txt`,
      `x.txt`,
      `${boris.id}/${id}/sub/x.txt`,
      `${boris.id}/not-a-uuid/x.txt`,
      `${boris.id}/${id}/.hidden`,
      `${boris.id}/${id}/${'x'.repeat(201)}`,
    ]) {
      expect([path, await put(boris.client, path)]).toEqual([path, '403']);
    }
    for (const path of [`${boris.id}/../${anna.id}/${id}/x.txt`, `${boris.id}/${id}/../../x.txt`]) {
      expect([path, await put(boris.client, path)]).not.toEqual([path, 'allowed']);
    }
    expect(await put(boris.client, `${boris.id}/${id}/x.txt`)).toBe('allowed');
    expect(await put(desk.anonymous(), `${boris.id}/${id}/y.txt`)).toBe('403');
  });

  test('up to five megabytes', async () => {
    const path = () => `${boris.id}/${randomUUID()}/big.bin`;
    expect(await put(boris.client, path(), Buffer.alloc(limits.attachmentBytes))).toBe('allowed');
    expect(await put(boris.client, path(), Buffer.alloc(limits.attachmentBytes + 1))).toBe('413');
  });

  test('once: not written over, moved or copied away, by their owner or by others', async () => {
    for (const { client } of [anna, boris, staff]) {
      expect(await put(client, sent.file_path, 'forged')).not.toBe('allowed');
      expect(await put(client, sent.file_path, 'forged', { upsert: true })).not.toBe('allowed');
      expect((await files(client).update(sent.file_path, Buffer.from('forged'))).error).not.toBeNull();
      expect(
        (await files(client).move(sent.file_path, `${boris.id}/${randomUUID()}/x.txt`)).error,
      ).not.toBeNull();
    }
    expect(
      (await files(boris.client).copy(sent.file_path, `${boris.id}/${randomUUID()}/x.txt`)).error,
    ).not.toBeNull();
    expect(
      (await files(boris.client).createSignedUploadUrl(`${anna.id}/${randomUUID()}/x.txt`)).error,
    ).not.toBeNull();
    expect(await text(anna.client, sent.file_path)).toBe('sent by Anna');
  });

  test('and taken back by their owner until they are sent', async () => {
    const file = await upload(boris, randomUUID());
    for (const { client } of [anna, staff]) await files(client).remove([file.file_path]);
    expect(await text(boris.client, file.file_path)).toBe('hello');
    await files(boris.client).remove([file.file_path]);
    expect(await text(boris.client, file.file_path)).toBeNull();

    for (const { client } of [anna, boris, staff])
      await files(client).remove([sent.file_path, answer.file_path]);
    expect(await text(anna.client, sent.file_path)).toBe('sent by Anna');
    expect(await text(anna.client, answer.file_path)).toBe('from staff');
  });

  test('into no bucket that a browser makes or changes', async () => {
    for (const { client } of [anna, staff]) {
      expect((await client.storage.createBucket('mine', { public: true })).error).not.toBeNull();
      await client.storage.updateBucket(buckets.attachments, { public: true });
      await client.storage.emptyBucket(buckets.attachments);
      await client.storage.deleteBucket(buckets.attachments);
      expect((await client.storage.listBuckets()).data ?? []).toEqual([]);
    }
    expect((await desk.admin.storage.getBucket(buckets.attachments)).data).toMatchObject({ public: false });
    expect(await text(anna.client, sent.file_path)).toBe('sent by Anna');
  });
});

describe('a message attaches', () => {
  const attach = (attachments: unknown, message_id: string = randomUUID(), message = 'x') =>
    refusal(boris.client, 'send_message', { ticket_id: boriss.id, message_id, message, attachments });
  const named = (file_path: unknown) => ({
    file_path,
    file_name: 'x',
    file_type: 'text/plain',
    file_size: 1,
  });

  test("files uploaded for it, not another's, another message's or a path that climbs", async () => {
    const messageId = randomUUID();
    const own = await upload(boris, messageId);
    const mine = `${boris.id}/${messageId}`;
    for (const path of [
      sent.file_path,
      kept.file_path,
      answer.file_path,
      (await upload(boris, randomUUID())).file_path,
      `${mine}`,
      `../${mine}/note.txt`,
      `telegram/${messageId}/x`,
      '%',
      '',
      null,
      7,
    ]) {
      expect([path, await attach([named(path)], messageId)]).toEqual([path, '403 attachment_not_yours']);
    }
    for (const path of [`${mine}/other.txt`, `${mine}/../../${sent.file_path}`, `${mine}/`, `${mine}/%`]) {
      expect([path, await attach([named(path)], messageId)]).toEqual([path, '422 attachment_not_found']);
    }
    expect(await attach([own], messageId)).toBe('allowed');
  });

  test('what storage measured, whatever is claimed', async () => {
    const messageId = randomUUID();
    const file = await upload(boris, messageId, {
      name: 'a.png',
      type: 'image/png',
      content: 'twelve bytes',
    });
    const lie = {
      ...file,
      file_size: 1,
      file_type: 'text/html',
      width: -5,
      height: '9e9',
      position: 99,
      ticket_id: annas.id,
    };
    await write(boris, boriss.id, '', {
      messageId,
      attachments: [{ ...lie, file_name: '../..\\etc/pass\u202ewd\n.png' } as never],
    });
    const listed = await boris.client
      .from('ticket_attachments')
      .select('*')
      .eq('message_id', messageId)
      .single();
    expect(listed.data).toMatchObject({
      ...{ ticket_id: boriss.id, file_path: file.file_path, file_name: 'passwd .png' },
      ...{ file_type: 'image/png', file_size: 12, width: null, height: null, position: 0 },
    });
  });

  test('up to ten files, in their order, with a name each', async () => {
    const messageId = randomUUID();
    const uploaded = await Promise.all(
      Array.from({ length: 11 }, (_, n) =>
        upload(boris, messageId, { name: `${n}.txt`, content: String(n) }),
      ),
    );
    expect(await attach(uploaded, messageId)).toBe('422 attachments_too_many');
    const ten = uploaded.slice(0, limits.attachmentsPerMessage);
    const nameless = { ...ten[9]!, file_name: '\u200b' };
    expect(
      await attach([...ten.slice(0, 8), { ...ten[8]!, width: 640, height: 480 }, nameless], messageId, ''),
    ).toBe('allowed');
    const { data } = await boris.client
      .from('ticket_attachments')
      .select('file_name, width, height')
      .eq('message_id', messageId)
      .order('position');
    expect(data!.map(({ file_name }) => file_name as string)).toEqual([
      ...Array.from({ length: 9 }, (_, n) => `${n}.txt`),
      'file',
    ]);
    expect(data![8]).toMatchObject({ width: 640, height: 480 });
  });

  test('a list', async () => {
    for (const attachments of [{}, 'x', 1]) expect(await attach(attachments)).toBe('422 attachments_invalid');
    for (const attachments of [[null], ['x'], [[]], [{}]]) {
      expect(await attach(attachments)).toBe('403 attachment_not_yours');
    }
    expect(await attach(null)).toBe('allowed');
    expect(await attach([], randomUUID(), '')).toBe('422 message_empty');
  });

  test('no file larger than the desk allows, even one that is there', async () => {
    const messageId = randomUUID();
    const file = await upload(boris, messageId, { content: 'a dozen byte' });
    await desk.sql('update private.settings set attachment_bytes = 11');
    expect(await attach([file], messageId)).toBe('413 attachment_too_large');
    await desk.sql('update private.settings set attachment_bytes = $1', [limits.attachmentBytes]);
    expect((await boris.client.from('ticket_messages').select('id').eq('id', messageId)).data).toEqual([]);
  });

  test('from an empty list when it is only a file, and the file is its preview', async () => {
    const messageId = randomUUID();
    const file = await upload(boris, messageId, { name: 'only.pdf', type: 'application/pdf' });
    const ticket = await openTicket(boris, { message: '', messageId, attachments: [file] });
    expect(ticket).toMatchObject({ last_message_preview: '📎 only.pdf', unread_count: 1 });
    await call(boris.client, 'edit_message', { message_id: messageId, message: 'with a word' });
    const bare = await call(boris.client, 'edit_message', { message_id: messageId, message: '' });
    expect(bare).toMatchObject({ message: '' });
  });
});

describe('avatars', () => {
  const avatars = (client: SupabaseClient) => client.storage.from(buckets.avatars);
  const picture = { contentType: 'image/png' };

  test("are put into one's own folder, as pictures, and shown to everybody", async () => {
    const path = `${anna.id}/${randomUUID()}.png`;
    expect((await avatars(boris.client).upload(path, Buffer.from('x'), picture)).error).not.toBeNull();
    expect((await avatars(anna.client).upload(path, Buffer.from('face'), picture)).error).toBeNull();
    const script = { contentType: 'text/html' };
    expect(
      (await avatars(anna.client).upload(`${anna.id}/${randomUUID()}.png`, Buffer.from('x'), script)).error,
    ).not.toBeNull();
    expect(
      (await avatars(anna.client).upload(`${anna.id}/x.svg`, Buffer.from('x'), picture)).error,
    ).not.toBeNull();
    const large = Buffer.alloc(1024 * 1024 + 1);
    expect(
      (await avatars(anna.client).upload(`${anna.id}/${randomUUID()}.png`, large, picture)).error,
    ).not.toBeNull();

    expect(await (await fetch(avatars(anna.client).getPublicUrl(path).data.publicUrl)).text()).toBe('face');
    expect(await call(anna.client, 'update_profile', { avatar: path })).toMatchObject({ avatar: path });
    expect(await refusal(boris.client, 'update_profile', { avatar: path })).toBe('422 avatar_invalid');
    expect((await avatars(boris.client).list(anna.id)).data ?? []).toEqual([]);
    await avatars(boris.client).remove([path]);
    expect((await avatars(anna.client).list(anna.id)).data).toHaveLength(1);
    await avatars(anna.client).remove([path]);
    expect((await avatars(anna.client).list(anna.id)).data).toHaveLength(0);
  });
});

describe('files are not kept for ever', () => {
  const age = (path: string, hours: number) =>
    desk.sql(
      `update storage.objects set created_at = created_at - make_interval(hours => $2) where name = $1`,
      [path, hours],
    );

  test('what was never sent goes after a day, what was deleted after an hour, the rest stays', async () => {
    const [unsent, early] = [randomUUID(), randomUUID()];
    const never = await upload(anna, unsent, { name: 'never.txt' });
    const yet = await upload(anna, early, { name: 'yet.txt' });
    const messageId = randomUUID();
    const deleted = await upload(anna, messageId, { name: 'deleted.txt' });
    await write(anna, annas.id, 'A slip', { messageId, attachments: [deleted] });
    await call(anna.client, 'delete_message', { message_id: messageId });
    await Promise.all([age(never.file_path, 25), age(sent.file_path, 25), age(yet.file_path, 23)]);
    expect(await sweepFiles(desk.admin)).toBe(1);
    expect(await text(anna.client, deleted.file_path)).not.toBeNull();
    await desk.sql(
      `update public.ticket_messages set deleted_at = deleted_at - interval '61 minutes' where id = $1`,
      [messageId],
    );
    expect(await sweepFiles(desk.admin)).toBe(1);
    expect(await sweepFiles(desk.admin)).toBe(0);
    const left = [never, deleted, yet, sent].map(({ file_path: path }) => text(anna.client, path));
    expect((await Promise.all(left)).map((content) => content !== null)).toEqual([false, false, true, true]);
  });

  test('only so many wait to be sent', async () => {
    const messageId = randomUUID();
    await desk.sql('update private.settings set unsent_uploads = 3');
    const carla = await desk.createUser();
    const uploads: AttachmentInput[] = [];
    for (const name of ['1.txt', '2.txt', '3.txt']) uploads.push(await upload(carla, messageId, { name }));
    expect(await put(carla.client, `${carla.id}/${messageId}/4.txt`)).toBe('403');
    await openTicket(carla, { messageId, attachments: uploads });
    expect(await put(carla.client, `${carla.id}/${randomUUID()}/4.txt`)).toBe('allowed');
    await desk.sql(`update private.settings set unsent_uploads = $1`, [limits.unsentUploads]);
  });
});
