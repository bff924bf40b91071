import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDesk, type TestDesk, type TestUser } from '../testing.ts';

let desk: TestDesk;
let owner: TestUser;
let stranger: TestUser;
/** A private bucket in which everybody may do what they like below their own id. */
const bucket = `b-${randomUUID()}`;
const embedded = !process.env.SUPABASE_URL;

beforeAll(async () => {
  desk = await createTestDesk();
  const { error } = await desk.admin.storage.createBucket(bucket, { public: false, fileSizeLimit: '100KB' });
  if (error) throw error;
  for (const [command, clause] of [
    ['insert', 'with check'],
    ['select', 'using'],
    ['update', 'using'],
    ['delete', 'using'],
  ]) {
    await desk.sql(
      `create policy "${bucket} ${command}" on storage.objects for ${command} to authenticated
         ${clause} (bucket_id = '${bucket}' and (storage.foldername(name))[1] = (select auth.uid())::text)`,
    );
  }
  [owner, stranger] = await Promise.all([desk.createUser(), desk.createUser()]);
});
afterAll(async () => {
  await desk.admin.storage.emptyBucket(bucket);
  await desk.admin.storage.deleteBucket(bucket);
  for (const command of ['insert', 'select', 'update', 'delete']) {
    await desk.sql(`drop policy if exists "${bucket} ${command}" on storage.objects`);
  }
  await desk.stop();
});

let path = '';
beforeEach(() => {
  path = `${owner.id}/${randomUUID()}/file.txt`;
});
const files = (user: TestUser) => user.client.storage.from(bucket);
const text = (content: string, type = 'text/plain') => new Blob([content], { type });

describe('uploading and downloading', () => {
  it.each([
    ['a Blob', text('привет')],
    ['bytes', new TextEncoder().encode('привет')],
  ])('brings %s back as it was', async (_kind, body) => {
    const up = await files(owner).upload(path, body, { contentType: 'text/plain', cacheControl: '60' });
    expect(up.error).toBeNull();
    expect(up.data).toMatchObject({ path, fullPath: `${bucket}/${path}` });
    const down = await files(owner).download(path);
    expect(down.error).toBeNull();
    expect(await down.data?.text()).toBe('привет');
    expect(down.data?.type).toBe('text/plain');
    const info = await files(owner).info(path);
    expect(info.data).toMatchObject({
      id: up.data?.id,
      size: 12,
      contentType: 'text/plain',
      cacheControl: 'max-age=60',
    });
  });

  it('keeps an empty file and metadata of the caller', async () => {
    const up = await files(owner).upload(path, text(''), { metadata: { from: 'test' } });
    expect(up.error).toBeNull();
    expect((await (await files(owner).download(path)).data?.text()) ?? '').toBe('');
    expect((await files(owner).info(path)).data?.metadata).toEqual({ from: 'test' });
  });

  it('refuses a second file of the same name, unless it is to replace the first', async () => {
    await files(owner).upload(path, text('one'));
    const again = await files(owner).upload(path, text('two'));
    expect(again.error).toMatchObject({ statusCode: '409', message: 'The resource already exists' });
    expect((await files(owner).upload(path, text('three'), { upsert: true })).error).toBeNull();
    expect(await (await files(owner).download(path)).data?.text()).toBe('three');
    expect((await files(owner).update(path, text('four'))).error).toBeNull();
    expect(await (await files(owner).download(path)).data?.text()).toBe('four');
  });

  it('lets only one of two simultaneous uploads of one name through', async () => {
    const results = await Promise.all(['a', 'b'].map((body) => files(owner).upload(path, text(body))));
    expect(results.filter(({ error }) => error === null)).toHaveLength(1);
  });

  it.each([
    ['a form', text('x'.repeat(100_001))],
    ['bytes', new Uint8Array(100_001)],
    ['far too many bytes', new Uint8Array(6_000_000)],
  ])('refuses what is larger than the bucket allows: %s', async (_kind, body) => {
    const { error } = await files(owner).upload(path, body);
    expect(error).toMatchObject({
      statusCode: '413',
      message: 'The object exceeded the maximum allowed size',
    });
    expect((await files(owner).exists(path)).data).toBe(false);
  });

  it('accepts what is exactly as large as allowed', async () => {
    expect((await files(owner).upload(path, new Uint8Array(100_000))).error).toBeNull();
  });

  it('refuses a name with other than plain characters', async () => {
    const { error } = await files(owner).upload(`${owner.id}/ключ.txt`, text('x'));
    expect(error).toMatchObject({ statusCode: '400', message: `Invalid key: ${owner.id}/ключ.txt` });
  });

  it.runIf(embedded).each(['..%2f..%2fx', 'a%5Cb', 'a%00b', '%ff'])(
    'refuses the name %s, whatever the client sends',
    async (name) => {
      const { pathname, port, hostname } = new URL(`${desk.url}/storage/v1/object/${bucket}/`);
      const status = await new Promise((resolve, reject) => {
        // Not by fetch, which would tidy the path up before sending it.
        const upload = request(
          {
            hostname,
            port,
            method: 'POST',
            path: `${pathname}${owner.id}/${name}`,
            headers: { apikey: desk.secretKey },
          },
          (response) => resolve(response.resume().statusCode),
        );
        upload.on('error', reject).end('x');
      });
      expect(status).toBe(400);
    },
  );

  it('refuses a bucket that is not there', async () => {
    const { error } = await owner.client.storage.from('nowhere').upload('x', text('x'));
    expect(error).toMatchObject({ statusCode: '404', message: 'Bucket not found' });
  });

  it.runIf(embedded)('leaves nothing of an upload that was cut off', async () => {
    const session = (await owner.client.auth.getSession()).data.session;
    await new Promise<void>((resolve) => {
      const upload = request(`${desk.url}/storage/v1/object/${bucket}/${path}`, {
        method: 'POST',
        headers: {
          apikey: desk.publishableKey,
          authorization: `Bearer ${session?.access_token}`,
          'content-type': 'text/plain',
          'content-length': '90000',
        },
      });
      upload.on('error', () => resolve());
      upload.write('half', () => upload.destroy());
      upload.on('close', () => resolve());
    });
    expect((await files(owner).exists(path)).data).toBe(false);
  });
});

describe('the policies', () => {
  it('show a stranger nothing and let them change nothing', async () => {
    await files(owner).upload(path, text('secret'));
    const own = files(stranger);
    expect((await own.download(path)).error).not.toBeNull();
    expect((await own.createSignedUrl(path, 60)).error).toMatchObject({
      statusCode: '404',
      message: 'Object not found',
    });
    expect((await own.createSignedUrls([path], 60)).data?.[0]).toMatchObject({ path, signedUrl: null });
    expect((await own.list(owner.id)).data).toEqual([]);
    expect((await own.exists(path)).data).toBe(false);
    expect((await own.info(path)).error).not.toBeNull();
    expect((await own.remove([path])).data).toEqual([]);
    expect((await own.move(path, `${stranger.id}/x`)).error).not.toBeNull();
    expect((await own.copy(path, `${stranger.id}/x`)).error).not.toBeNull();
    const forged = await own.upload(`${owner.id}/forged`, text('x'));
    expect(forged.error).toMatchObject({
      statusCode: '403',
      message: 'new row violates row-level security policy',
    });
    expect((await own.upload(path, text('x'), { upsert: true })).error).toMatchObject({ statusCode: '403' });
    expect((await own.createSignedUploadUrl(`${owner.id}/forged`)).error).toMatchObject({
      statusCode: '403',
    });
    const nobody = desk.anonymous().storage.from(bucket);
    expect((await nobody.download(path)).error).not.toBeNull();
    expect((await nobody.upload('x', text('x'))).error).toMatchObject({ statusCode: '403' });
    expect(nobody.getPublicUrl(path).data.publicUrl).toContain('/object/public/');
    expect((await fetch(nobody.getPublicUrl(path).data.publicUrl)).status).toBe(400);
    expect(await (await files(owner).download(path)).data?.text()).toBe('secret');
  });

  it('let nobody forge an owner with SQL, nor delete past the API', async () => {
    await files(owner).upload(path, text('x'));
    const rows = await desk.sql('select owner_id, owner from storage.objects where name = $1', [path]);
    expect(rows).toEqual([{ owner_id: owner.id, owner: owner.id }]);
    await expect(desk.sql('delete from storage.objects where name = $1', [path])).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('signed addresses', () => {
  it('let whoever has them read, for a while', async () => {
    await files(owner).upload(path, text('secret'), { cacheControl: '3600' });
    const { data } = await files(owner).createSignedUrl(path, 60);
    const response = await fetch(data?.signedUrl ?? '');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('secret');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');

    const tampered = await fetch((data?.signedUrl ?? '').replace('file.txt', 'other.txt'));
    expect(tampered.status).toBe(400);
    expect(await tampered.json()).toMatchObject({ error: 'InvalidSignature' });
    const forged = await fetch(`${data?.signedUrl}x`);
    expect(await forged.json()).toMatchObject({ statusCode: '400', error: 'InvalidJWT' });
  });

  it('expire', async () => {
    await files(owner).upload(path, text('secret'));
    const { data } = await files(owner).createSignedUrl(path, 1);
    await expect
      .poll(
        async () => (await fetch(data?.signedUrl ?? '')).json().catch(() => undefined) as Promise<unknown>,
        {
          timeout: 5_000,
        },
      )
      .toMatchObject({ error: 'InvalidJWT', message: '"exp" claim timestamp check failed' });
  });

  it('carry the name to save under, whatever it is', async () => {
    await files(owner).upload(path, text('x'));
    const name = 'Счёт "№1"\r\nx: y.txt';
    const { data } = await files(owner).createSignedUrl(path, 60);
    // Not by the `download` option, which encodes other than ASCII letters twice.
    const url = `${data?.signedUrl}&download=${encodeURIComponent(name)}`;
    const disposition = (await fetch(url)).headers.get('content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment; filename=\S+; filename\*=UTF-8''\S+$/);
    expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe(name);
  });

  it('are made for several at once', async () => {
    await files(owner).upload(path, text('x'));
    const { data } = await files(owner).createSignedUrls([path, `${owner.id}/none`], 60);
    expect(data?.map(({ error }) => error)).toEqual([
      null,
      'Either the object does not exist or you do not have access to it',
    ]);
    expect(await (await fetch(data?.[0]?.signedUrl ?? '')).text()).toBe('x');
  });

  it('let whoever has them upload, as their maker', async () => {
    const { data, error } = await files(owner).createSignedUploadUrl(path);
    expect(error).toBeNull();
    const nobody = desk.anonymous().storage.from(bucket);
    expect((await nobody.uploadToSignedUrl(path, 'nonsense', text('x'))).error).not.toBeNull();
    const up = await nobody.uploadToSignedUrl(path, data?.token ?? '', text('from elsewhere'));
    expect(up.error).toBeNull();
    expect(await (await files(owner).download(path)).data?.text()).toBe('from elsewhere');
    const [row] = await desk.sql<{ owner_id: string }>(
      'select owner_id from storage.objects where name = $1',
      [path],
    );
    expect(row?.owner_id).toBe(owner.id);
    const other = await nobody.uploadToSignedUrl(`${path}2`, data?.token ?? '', text('x'));
    expect(other.error).not.toBeNull();
  });
});

describe('serving', () => {
  it('sends parts, and nothing that the caller has', async () => {
    await files(owner).upload(path, text('0123456789'));
    const { data } = await files(owner).createSignedUrl(path, 60);
    const get = (headers: HeadersInit) => fetch(data?.signedUrl ?? '', { headers });
    const part = await get({ range: 'bytes=2-4' });
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      '234',
      'bytes 2-4/10',
    ]);
    expect(await (await get({ range: 'bytes=-3' })).text()).toBe('789');
    expect(await (await get({ range: 'bytes=7-' })).text()).toBe('789');
    expect((await get({ range: 'bytes=20-' })).status).toBe(416);
    const etag = (await get({})).headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
  });

  it.each([
    ['text/html', 'text/plain'],
    ['image/svg+xml', 'image/svg+xml'],
  ])('never lets %s run as a page', async (type, served) => {
    await files(owner).upload(path, text('<script>alert(1)</script>', type));
    const { data } = await files(owner).createSignedUrl(path, 60);
    const { headers } = await fetch(data?.signedUrl ?? '');
    expect(headers.get('content-type')).toContain(served);
    if (embedded) expect(headers.get('content-security-policy')).toContain('sandbox');
  });
});

describe('folders', () => {
  it('lists one folder at a time, sorted, paged and searched', async () => {
    const folder = `${owner.id}/${randomUUID()}`;
    for (const name of ['b.txt', 'a.txt', 'sub/c.txt', 'sub/d.txt']) {
      await files(owner).upload(`${folder}/${name}`, text(name));
    }
    const all = await files(owner).list(folder);
    expect(all.data?.map(({ name, id }) => [name, id !== null])).toEqual([
      ['a.txt', true],
      ['b.txt', true],
      ['sub', false],
    ]);
    expect(all.data?.[0]?.metadata).toMatchObject({ size: 5, mimetype: 'text/plain' });
    const paged = await files(owner).list(folder, {
      limit: 1,
      offset: 1,
      sortBy: { column: 'name', order: 'desc' },
    });
    expect(paged.data?.map(({ name }) => name)).toEqual(['b.txt']);
    expect((await files(owner).list(folder, { search: 'a' })).data?.map(({ name }) => name)).toEqual([
      'a.txt',
    ]);
  });

  it('moves, copies and removes', async () => {
    await files(owner).upload(path, text('x'));
    const [moved, copied] = [`${path}.moved`, `${path}.copied`];
    expect((await files(owner).move(path, moved)).data).toMatchObject({ message: 'Successfully moved' });
    expect((await files(owner).exists(path)).data).toBe(false);
    expect((await files(owner).copy(moved, copied)).data).toEqual({ path: `${bucket}/${copied}` });
    const removed = await files(owner).remove([moved, `${path}.none`]);
    expect(removed.data?.map(({ name }) => name)).toEqual([moved]);
    expect(await (await files(owner).download(copied)).data?.text()).toBe('x');
    expect((await files(owner).download(moved)).error).not.toBeNull();
  });
});

describe('buckets', () => {
  it('are made, changed, emptied and deleted by the secret key', async () => {
    const { storage } = desk.admin;
    const id = `b-${randomUUID()}`;
    expect((await storage.createBucket(id, { public: true, allowedMimeTypes: ['image/*'] })).data).toEqual({
      name: id,
    });
    expect((await storage.createBucket(id)).error).toMatchObject({ statusCode: '409' });
    expect((await storage.getBucket(id)).data).toMatchObject({
      id,
      public: true,
      allowed_mime_types: ['image/*'],
    });
    const wrong = await storage.from(id).upload('a.txt', text('x'));
    expect(wrong.error).toMatchObject({
      statusCode: '415',
      message: 'mime type text/plain is not supported',
    });
    expect((await storage.from(id).upload('a.png', text('x', 'image/png'))).error).toBeNull();
    const shown = await fetch(storage.from(id).getPublicUrl('a.png').data.publicUrl);
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png']);

    expect((await storage.updateBucket(id, { public: false, fileSizeLimit: 10 })).error).toBeNull();
    expect((await storage.getBucket(id)).data).toMatchObject({ public: false, file_size_limit: 10 });
    expect((await storage.deleteBucket(id)).error).toMatchObject({ statusCode: '409' });
    expect((await storage.emptyBucket(id)).error).toBeNull();
    if (embedded) {
      expect((await storage.deleteBucket(id)).error).toBeNull();
      expect((await storage.getBucket(id)).error).toMatchObject({
        statusCode: '404',
        message: 'Bucket not found',
      });
    }
  });

  it('are nobody else’s to see or make', async () => {
    expect((await owner.client.storage.listBuckets()).data).toEqual([]);
    expect((await owner.client.storage.getBucket(bucket)).error).not.toBeNull();
    expect((await owner.client.storage.createBucket(`b-${randomUUID()}`)).error).toMatchObject({
      statusCode: '403',
    });
    expect((await owner.client.storage.emptyBucket(bucket)).error).not.toBeNull();
    expect((await owner.client.storage.deleteBucket(bucket)).error).not.toBeNull();
  });
});
