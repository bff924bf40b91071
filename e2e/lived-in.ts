import { randomUUID } from 'node:crypto';
import type { SupabaseClient } from '@supabase/supabase-js';
import type { Browser } from 'playwright-core';
import { vi } from 'vitest';
import type { Database, TicketRow } from '../core/database.types.ts';
import { buckets, type limits } from '../core/limits.ts';
import type { DeskProcess } from './desk.ts';
import { pdf, type Upload } from './files.ts';
import { anonymous, groupOf, signIn, sqlIn } from './people.ts';

type Client = SupabaseClient<Database>;

interface Line {
  from: 'user' | 'staff';
  text: string;
  files?: (Upload & { width?: number; height?: number })[];
  /** Which earlier line it answers. */
  quotes?: number;
  editedTo?: string;
  deleted?: true;
  /** What the other side thought of it. */
  reaction?: (typeof limits.reactions)[number];
  /** How long ago it was written, in minutes. */
  ago: number;
}

interface Story {
  by: keyof typeof people;
  subject: string;
  lines: Line[];
  /** Whoever it was written to last has not looked yet. */
  unread?: true;
  closed?: true;
  archived?: true;
  notes?: string[];
}

/** Who writes; the first two are the demo's own. */
const people = {
  maria: { email: 'user@example.com', nickname: 'Мария Соколова' },
  oliver: { email: 'other@example.com', nickname: 'Oliver Grant' },
  dmitry: { email: 'dmitry@example.com', nickname: 'Дмитрий Лебедев' },
  emma: { email: 'emma@example.com', nickname: 'Emma Laurent' },
  timur: { email: 'timur@example.com', nickname: 'Тимур Ахметов' },
  grace: { email: 'grace@example.com', nickname: 'Grace Okafor' },
  newcomer: { email: 'new@example.com', nickname: 'Ника' },
} as const;

/** The tickets a busy desk has on an ordinary day. */
function stories(chart: Upload, lamp: Upload): Story[] {
  const picture = (upload: Upload) => ({ ...upload, width: 960, height: 600 });
  const user = (ago: number, text: string, more: Partial<Line> = {}): Line => ({
    from: 'user',
    text,
    ago,
    ...more,
  });
  const staff = (ago: number, text: string, more: Partial<Line> = {}): Line => ({
    from: 'staff',
    text,
    ago,
    ...more,
  });
  return [
    {
      by: 'oliver',
      subject: 'The lamp flickers after the update',
      notes: ['Serial 4471-B, still under warranty. If firmware 2.4.1 doesn’t help, offer a replacement.'],
      lines: [
        user(
          1_520,
          'Hi! Since yesterday’s update the desk lamp flickers every few seconds. Here is a photo.',
          {
            files: [picture(lamp)],
          },
        ),
        staff(
          1_505,
          'Hello Oliver, thank you for the photo. Which firmware does the app show under Settings?',
        ),
        user(1_490, 'It says 2.4.0.', { quotes: 1 }),
        staff(95, 'Then it is the known one. The manual is attached: page three shows how to go to 2.4.1.', {
          files: [document('Lamp manual.pdf', 182)],
          editedTo:
            'Then it’s the known one: 2.4.0 dims too eagerly. Page three of the manual shows how to get 2.4.1.',
        }),
        user(40, 'wrong chat, sorry', { deleted: true }),
        user(32, 'Updated just now. Ten minutes and no flicker so far 🎉', { reaction: '🎉' }),
        staff(26, 'Lovely! Let’s leave the ticket open until the evening, just in case.'),
        user(12, 'Good idea. I’ll write at https://example.com/feedback as well.'),
      ],
    },
    {
      by: 'maria',
      subject: 'Не приходит чек на почту',
      notes: ['Письмо ушло, но почта отвечает «ящик переполнен». Просим проверить место.'],
      lines: [
        user(1_600, 'Здравствуйте! Оплатила заказ № 4821 вчера вечером, а чека всё ещё нет.'),
        staff(1_580, 'Здравствуйте, Мария! Проверяем. На какую почту он должен был прийти?'),
        user(1_575, 'На ту же, с которой я здесь. Вот что вижу в кабинете:', {
          files: [picture(chart)],
          quotes: 1,
        }),
        staff(64, 'Нашли: письмо вернулось, ящик переполнен. Чек прикладываем сюда.', {
          files: [document('Чек № 4821.pdf', 46)],
        }),
        user(30, 'Ого, и правда, место кончилось. Спасибо!', { reaction: '👍' }),
        staff(8, 'Пожалуйста! Отправили ещё раз и письмом — скажите, когда придёт.', { reaction: '🙏' }),
      ],
    },
    {
      by: 'maria',
      subject: 'Как сменить тариф?',
      unread: true,
      lines: [
        user(240, 'Хочу перейти на годовой тариф. Деньги за этот месяц пропадут?'),
        staff(21, 'Не пропадут: остаток зачтём в счёт года. Перевести вас?'),
        staff(20, 'Годовой выйдет на 20% дешевле.'),
      ],
    },
    {
      by: 'dmitry',
      subject: 'Ошибка при входе с телефона',
      unread: true,
      lines: [
        user(14, 'Приложение пишет «Код 403» и не пускает. С компьютера всё работает.'),
        user(13, 'Переустановил — то же самое.'),
      ],
    },
    {
      by: 'emma',
      subject: 'Invoice for October',
      unread: true,
      lines: [user(55, 'Could you send me the October invoice with our new VAT number, please?')],
    },
    {
      by: 'oliver',
      subject: 'A second lamp for the hallway',
      unread: true,
      lines: [
        user(130, 'Do you have the same lamp with a longer arm?'),
        staff(41, 'We do: the arm is 90 cm, and it’s in stock. Shall we keep one for you?'),
      ],
    },
    {
      by: 'oliver',
      subject: 'Invoice with a company name',
      closed: true,
      lines: [
        user(7_300, 'Could the invoice be made out to Grant & Sons?'),
        staff(7_280, 'Of course, the new one is in your mail.'),
        user(7_270, 'Perfect, thank you.'),
      ],
    },
    {
      by: 'grace',
      subject: 'Two seats more for our team',
      lines: [
        user(300, 'We’re growing! Can we add two seats before Monday?'),
        staff(280, 'Congratulations! Done: you have seven seats now, and pay for the new ones from the 1st.'),
      ],
    },
    {
      by: 'timur',
      subject: 'Не работает экспорт в Excel',
      lines: [
        user(500, 'Жму «Скачать», а файл пустой.'),
        staff(470, 'Поправили час назад. Попробуйте, пожалуйста, ещё раз.'),
      ],
    },
    {
      by: 'emma',
      subject: 'Dark theme on the receipts page',
      lines: [
        user(2_900, 'The receipts page stays white at night.'),
        staff(2_880, 'Well spotted. It’s on our list for this month.'),
        user(2_870, 'Brilliant, thanks!'),
      ],
    },
    {
      by: 'dmitry',
      subject: 'Можно ли перенести доставку на субботу?',
      lines: [
        user(1_700, 'В пятницу меня не будет дома.'),
        staff(1_690, 'Перенесли на субботу, с 10 до 14. Курьер позвонит за час.'),
      ],
    },
    {
      by: 'maria',
      subject: 'Удалить старый адрес',
      closed: true,
      lines: [
        user(4_400, 'Уберите, пожалуйста, адрес на Лесной.'),
        staff(4_390, 'Готово.'),
        user(4_380, 'Спасибо!'),
      ],
    },
    {
      by: 'grace',
      subject: 'Password letter never came',
      closed: true,
      lines: [
        user(4_600, 'I asked for a new password three times.'),
        staff(4_580, 'It was in the spam folder, as we found out on the phone. Have a good day!'),
      ],
    },
    {
      by: 'maria',
      subject: 'Возврат за сентябрь',
      archived: true,
      lines: [user(30_000, 'Списали дважды.'), staff(29_900, 'Вернули, придёт за три дня.')],
    },
    {
      by: 'oliver',
      subject: 'A typo on the landing page',
      archived: true,
      lines: [user(40_000, '“Recieve” in the second line.'), staff(39_000, 'Fixed. Thank you, eagle eye!')],
    },
    {
      by: 'timur',
      subject: 'Где посмотреть номер договора?',
      archived: true,
      lines: [user(50_000, 'Нужен для бухгалтерии.'), staff(49_000, 'Внизу каждого счёта, слева.')],
    },
  ];
}

/** What staff write often. */
const replies = {
  hello: 'Hello {nickname}, thank you for writing! We’re looking into it.',
  refund: 'The refund for ticket {number} is on its way; it takes up to three days.',
  привет: 'Здравствуйте, {nickname}! Уже смотрим.',
  чек: 'Чек отправили ещё раз. Если письма нет, проверьте, пожалуйста, папку «Спам».',
};

/** What a lived-in desk has to look at. */
export interface LivedIn {
  /** A ticket's id by its subject. */
  id(subject: string): string;
  emails: { [Name in keyof typeof people]: string };
  /** The demo's staff member, signed in. */
  staff: Client;
}

/**
 * Fills a fresh desk with some days of work, through supabase-js as people would; only the past is dated by SQL.
 * @param browser draws the pictures people send.
 */
export async function liveIn(desk: DeskProcess, browser: Browser): Promise<LivedIn> {
  // Closed tickets stay in the lists, so that there are some to see.
  await sqlIn(desk, `update private.settings set archive_after = interval '1 year'`);
  const [staff, clients, chart, lamp] = await Promise.all([
    signIn(desk, 'admin@example.com'),
    admit(desk),
    draw(browser, 'payments.png', chartArt),
    draw(browser, 'lamp.png', lampArt),
  ]);
  const ids = new Map<string, string>();
  const dating: string[] = [];
  const told = stories(chart, lamp);
  for (const story of told) {
    const { ticket, sql } = await tell(clients[story.by], staff, story);
    ids.set(story.subject, ticket.id);
    dating.push(sql);
    // The oldest of what the group is told comes first in it.
    if (ids.size === 3) await topicOf(desk, told[0]!.subject);
  }
  const { data: me } = await staff.auth.getUser();
  for (const subject of [
    'The lamp flickers after the update',
    'Не приходит чек на почту',
    'Invoice for October',
  ])
    must(await staff.rpc('assign_ticket', { ticket_id: ids.get(subject)!, assignee_id: me.user!.id }));
  must(
    await staff.rpc('mute_ticket', {
      ticket_id: ids.get('Dark theme on the receipts page')!,
      until: 'infinity',
    }),
  );
  for (const [name, text] of Object.entries(replies))
    must(await staff.rpc('save_canned_reply', { name, text }));
  // Triggers are off, because they would date everything today.
  await sqlIn(desk, `set session_replication_role = replica; ${dating.join('\n')}`);
  return {
    id: (subject) => ids.get(subject)!,
    emails: Object.fromEntries(
      Object.entries(people).map(([name, { email }]) => [name, email]),
    ) as LivedIn['emails'],
    staff,
  };
}

/** Waits until a ticket has its topic. */
export function topicOf(desk: DeskProcess, subject: string) {
  return vi.waitUntil(
    async () => (await groupOf(desk).state()).topics.find(({ name }) => name.includes(subject)),
    { timeout: 20_000, interval: 100 },
  );
}

async function admit(desk: DeskProcess): Promise<Record<keyof typeof people, Client>> {
  const entries = await Promise.all(
    Object.entries(people).map(async ([name, { email, nickname }]) => {
      const newcomer = !['user@example.com', 'other@example.com'].includes(email);
      if (newcomer) {
        const { error } = await (
          await anonymous(desk)
        ).auth.signUp({ email, password: 'trivet-demo', options: { data: { nickname } } });
        if (error) throw error;
      }
      const client = await signIn(desk, email);
      const { error } = await client.rpc('update_profile', { nickname });
      if (error) throw error;
      return [name, client] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<keyof typeof people, Client>;
}

async function tell(user: Client, staff: Client, story: Story): Promise<{ ticket: TicketRow; sql: string }> {
  const written: string[] = [];
  let ticket: TicketRow | undefined;
  for (const line of story.lines) {
    const writer = line.from === 'user' ? user : staff;
    const message_id = randomUUID();
    const attachments = await Promise.all(
      (line.files ?? []).map((file, index) => upload(writer, message_id, index, file)),
    );
    if (!ticket) {
      ticket = must(
        await writer.rpc('create_ticket', {
          subject: story.subject,
          message_id,
          message: line.text,
          attachments,
        }),
      );
    } else {
      if (!story.unread) must(await writer.rpc('mark_ticket_read', { ticket_id: ticket.id }));
      const reply_to = line.quotes === undefined ? {} : { reply_to: written[line.quotes]! };
      must(
        await writer.rpc('send_message', {
          ticket_id: ticket.id,
          message_id,
          message: line.text,
          attachments,
          ...reply_to,
        }),
      );
    }
    written.push(message_id);
    if (line.editedTo) must(await writer.rpc('edit_message', { message_id, message: line.editedTo }));
    if (line.reaction) {
      const reader = line.from === 'user' ? staff : user;
      must(await reader.rpc('set_reaction', { message_id, emoji: line.reaction, reacted: true }));
    }
    if (line.deleted) must(await writer.rpc('delete_message', { message_id }));
  }
  const { id: ticket_id } = ticket!;
  for (const note of story.notes ?? []) must(await staff.rpc('add_note', { ticket_id, note }));
  const lastWriter = story.lines.at(-1)!.from === 'user' ? user : staff;
  for (const client of story.unread ? [lastWriter] : [user, staff]) {
    must(await client.rpc('mark_ticket_read', { ticket_id }));
  }
  if (story.closed || story.archived) must(await user.rpc('close_ticket', { ticket_id }));
  return { ticket: ticket!, sql: dated(ticket_id, story, written) };
}

/** SQL that moves a story to when it happened. */
function dated(ticketId: string, { lines, closed, archived, notes }: Story, messageIds: string[]): string {
  const before = (minutes: number) => `now() - interval '${minutes} minutes'`;
  const last = lines.at(-1)!.ago;
  const ended = closed || archived ? before(last - 5) : 'null';
  return [
    ...messageIds.map((id, index) => {
      const at = before(lines[index]!.ago);
      return `update public.ticket_messages set created_at = ${at} where id = '${id}';`;
    }),
    `update public.ticket_messages set created_at = ${before(last - 5)} where ticket_id = '${ticketId}' and event is not null;`,
    notes
      ? `update public.ticket_notes set created_at = ${before(last + 1)} where ticket_id = '${ticketId}';`
      : '',
    `update public.tickets set created_at = ${before(lines[0]!.ago)}, last_message_at = ${before(last)}, closed_at = ${ended},
       archived_at = ${archived ? before(last - 6) : 'null'} where id = '${ticketId}';`,
  ].join('\n');
}

/** Puts a message's file, the `index`th, into the storage; gives what the functions that write messages want to know of it. */
export async function upload(
  client: Client,
  messageId: string,
  index: number,
  file: NonNullable<Line['files']>[number],
) {
  const { data } = await client.auth.getUser();
  const file_path = `${data.user!.id}/${messageId}/${index}-file`;
  must(
    await client.storage
      .from(buckets.attachments)
      .upload(file_path, file.buffer, { contentType: file.mimeType }),
  );
  return {
    file_path,
    file_name: file.name,
    file_type: file.mimeType,
    file_size: file.buffer.length,
    ...(file.width && file.height ? { width: file.width, height: file.height } : {}),
  };
}

function must<T>({ data, error }: { data: T; error: Error | null }): NonNullable<T> {
  if (error) throw error;
  return data as NonNullable<T>;
}

async function draw(browser: Browser, name: string, art: string): Promise<Upload> {
  const page = await browser.newPage({ viewport: { width: 960, height: 600 } });
  await page.setContent(`<body style="margin:0">${art}`);
  const buffer = await page.screenshot();
  await page.close();
  return { name, mimeType: 'image/png', buffer };
}

/** A PDF as heavy as real ones are. */
function document(name: string, kilobytes: number): Upload {
  const file = pdf(name);
  return { ...file, buffer: Buffer.concat([file.buffer, Buffer.alloc(kilobytes * 1_024, '%')]) };
}

const lampArt = `<svg viewBox="0 0 960 600" width="960" height="600" xmlns="http://www.w3.org/2000/svg">
  <defs><radialGradient id="glow"><stop offset="0" stop-color="#ffe9b0"/><stop offset="1" stop-color="#ffe9b0" stop-opacity="0"/></radialGradient>
  <linearGradient id="wall" x2="0" y2="1"><stop stop-color="#33405e"/><stop offset="1" stop-color="#566a8c"/></linearGradient></defs>
  <rect width="960" height="600" fill="url(#wall)"/><rect y="470" width="960" height="130" fill="#8a5f42"/><rect y="470" width="960" height="10" fill="#a37350"/>
  <circle cx="420" cy="300" r="330" fill="url(#glow)" opacity=".75"/>
  <path d="M610 470 L540 250 L420 190" fill="none" stroke="#1d2233" stroke-width="16" stroke-linecap="round" stroke-linejoin="round"/>
  <ellipse cx="610" cy="474" rx="90" ry="16" fill="#1d2233"/><path d="M330 285 L395 140 L500 200 L480 300 Z" fill="#e8533f"/>
  <ellipse cx="405" cy="292" rx="76" ry="15" fill="#fff3cf"/><rect x="130" y="410" width="170" height="60" rx="6" fill="#d9dde8"/>
  <rect x="145" y="385" width="150" height="26" rx="5" fill="#6050ba"/><circle cx="790" cy="440" r="32" fill="#4f8a5b"/><rect x="768" y="445" width="44" height="30" rx="6" fill="#c96f4a"/></svg>`;

const chartArt = `<div style="font:22px system-ui,sans-serif;background:#f6f5fb;height:600px;padding:48px;box-sizing:border-box;color:#23203a">
  <b style="font-size:32px">Заказ № 4821</b><p style="color:#6b6787;margin:8px 0 28px">Оплачен вчера в 19:42</p>
  <div style="background:#fff;border-radius:20px;padding:28px 36px;box-shadow:0 4px 24px #0001;line-height:2.1">
  <div style="display:flex;justify-content:space-between"><span>Настольная лампа «Луч»</span><b>3 490 ₽</b></div>
  <div style="display:flex;justify-content:space-between"><span>Доставка</span><b>0 ₽</b></div>
  <div style="display:flex;justify-content:space-between;border-top:2px solid #eceaf6;margin-top:10px;padding-top:10px"><span>Итого</span><b>3 490 ₽</b></div></div>
  <p style="margin-top:28px;color:#b3261e">Чек: письмо не доставлено</p></div>`;
