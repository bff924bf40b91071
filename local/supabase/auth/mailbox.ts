import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Pool } from 'pg';

interface KeptLetter {
  recipient: string;
  subject: string;
  body: string;
  sent_at: Date;
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Shows the letters that would have been sent, newest first. They let whoever reads them into accounts, so the page
 * answers this machine only, and only under its own name: a page elsewhere can't reach it by pointing its name here.
 */
export async function serveMailbox(pool: Pool, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const remote = req.socket.remoteAddress ?? '';
  const host = (req.headers.host ?? '').replace(/:\d+$/, '');
  if (!/^(::ffff:)?127\.|^::1$/.test(remote) || !/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host)) {
    res.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
    res.end('The mailbox is shown on the machine it runs on only, under 127.0.0.1 or localhost.');
    return;
  }
  const { rows } = await pool.query<KeptLetter>(
    'select recipient, subject, body, sent_at from local_supabase.mailbox order by id desc limit 100',
  );
  res.removeHeader('access-control-allow-origin');
  res.writeHead(200, PAGE_HEADERS);
  res.end(page(rows));
}

function page(letters: KeptLetter[]): string {
  const list = letters.map(
    ({ recipient, subject, body, sent_at }) => `<article>
<h2>${escape(subject)}</h2>
<p><b>${escape(recipient)}</b> · <time>${sent_at.toISOString()}</time></p>
<pre>${withLinks(escape(body))}</pre>
</article>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mailbox</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #1e1b2e }
article { border: 1px solid #ddd6fe; border-radius: 12px; padding: 0 1rem; margin: 1rem 0 }
h1, h2 { color: #6050ba } h2 { font-size: 1.1rem } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
</style>
<h1>Mailbox</h1>
<p>Letters of the embedded Supabase. No SMTP server is configured, so they are shown here instead of being sent.</p>
${list.join('\n') || '<p>No letters yet.</p>'}
</html>`;
}

/** Makes text harmless inside HTML. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function withLinks(escaped: string): string {
  return escaped.replace(/^https?:\/\/\S+$/gm, (link) => `<a href="${link}">${link}</a>`);
}
