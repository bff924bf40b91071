import { createTransport } from 'nodemailer';
import type { Pool } from 'pg';
import type { Logger } from 'pino';

/** Where to send letters; without it they are kept for the page `/mail`. */
export interface Smtp {
  /** `smtp://user:password@host:port` or `smtps://…` */
  url: string;
  /** The sender's address. */
  from: string;
}

/** A letter in plain text. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Sends a letter, or keeps it. Resolves once it is handed over; failures are logged, without the address. */
  send(letter: Letter): Promise<void>;
}

/** How many letters the mailbox keeps. */
const KEPT_LETTERS = 200;

/** Sends by SMTP when that is configured, else into the mailbox table. */
export function createMailer(pool: Pool, smtp: Smtp | undefined, logger: Logger): Mailer {
  if (!smtp) return { send: (letter) => keep(pool, letter) };
  const transport = createTransport(smtp.url, { from: smtp.from });
  return {
    async send(letter) {
      try {
        await transport.sendMail(letter);
      } catch (error) {
        logger.error(
          { code: (error as { code?: string }).code },
          'a letter could not be sent: check the SMTP settings',
        );
      }
    },
  };
}

async function keep(pool: Pool, { to, subject, text }: Letter): Promise<void> {
  await pool.query('insert into local_supabase.mailbox (recipient, subject, body) values ($1, $2, $3)', [
    to,
    subject,
    text,
  ]);
  await pool.query(
    `delete from local_supabase.mailbox
     where id <= (select max(id) from local_supabase.mailbox) - $1::bigint`,
    [KEPT_LETTERS],
  );
}
