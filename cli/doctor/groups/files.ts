import { randomUUID } from 'node:crypto';
import { buckets, limits } from '../../../core/limits.ts';
import { reasonOf, type StagedCheck } from '../context.ts';

const content = 'Trivet doctor';
/** How long a signed link lives, in seconds. */
const linkSeconds = 60;

/** The bucket is private and limited; a file goes up, is attached, comes down for those it is for, and for nobody else. */
export const checkFiles: StagedCheck = async (report, context, { user, other, staff, ticketId }) => {
  const { service, target, words } = context;
  const page = target.page('sql');
  const runSql = (sql: string) => words.doctor('common.runSql', { page, sql });
  const policies = words.doctor('common.runScript', { script: 'create_ticket_messages_system.sql', page });

  const bucket = await service.storage.getBucket(buckets.attachments);
  if (bucket.error) return report.fail('files.noBucket', {}, policies);
  const { public: isPublic, file_size_limit: limit } = bucket.data;
  const update = (change: string) =>
    runSql(`update storage.buckets set ${change} where id = '${buckets.attachments}';`);
  if (isPublic) report.fail('files.public', {}, update('public = false'));
  if (limit == null)
    report.fail('files.unlimited', {}, update(`file_size_limit = ${limits.attachmentBytes}`));
  if (!isPublic && limit != null)
    report.ok('files.bucket', { megabytes: Number((limit / 1024 / 1024).toFixed(1)) });

  const messageId = randomUUID();
  const file = `${user.id}/${messageId}/doctor.txt`;
  const put = (client: typeof user.client, name: string) =>
    client.storage
      .from(buckets.attachments)
      .upload(name, Buffer.from(content), { contentType: 'text/plain' });
  const uploaded = await put(user.client, file);
  const failed = (reason: string) => report.fail('files.uploadFailed', { reason }, policies);
  if (uploaded.error) return failed(uploaded.error.message);
  const sent = await user.client.rpc('send_message', {
    ticket_id: ticketId,
    message_id: messageId,
    message: '',
    attachments: [
      { file_path: file, file_name: 'doctor.txt', file_type: 'text/plain', file_size: content.length },
    ],
    reply_to: null,
  });
  if (sent.error) return failed(sent.error.message);
  report.ok('files.uploaded');

  const sign = (client: typeof user.client) =>
    client.storage.from(buckets.attachments).createSignedUrl(file, linkSeconds);
  let delivered = true;
  for (const who of ['owner', 'staff'] as const) {
    const problem = await download(await sign(who === 'owner' ? user.client : staff.client));
    if (problem === undefined) continue;
    delivered = false;
    report.fail('files.downloadFailed', { who: words.doctor(`files.${who}`), reason: problem }, policies);
  }
  if (delivered) report.ok('files.downloaded');

  const foreignRead = (await sign(other.client)).error === null;
  const foreignWrite = (await put(other.client, `${user.id}/${messageId}/foreign.txt`)).error === null;
  const open = await fetch(service.storage.from(buckets.attachments).getPublicUrl(file).data.publicUrl);
  await open.body?.cancel();
  if (foreignRead) report.fail('files.foreignRead', {}, policies);
  if (foreignWrite) report.fail('files.foreignWrite', {}, policies);
  if (open.ok) report.fail('files.open', {}, update('public = false'));
  if (!foreignRead && !foreignWrite && !open.ok) report.ok('files.refused');
};

type Signed = { data: { signedUrl: string }; error: null } | { data: null; error: { message: string } };

/** Follows a signed link. Gives what went wrong, if anything did. */
async function download({ data, error }: Signed): Promise<string | undefined> {
  if (error) return error.message;
  try {
    const answer = await fetch(data.signedUrl);
    const text = await answer.text();
    return answer.ok && text === content ? undefined : `HTTP ${answer.status}`;
  } catch (failure) {
    return reasonOf(failure);
  }
}
