import { pino, type Logger } from 'pino';

/**
 * The process's logger: JSON lines, readable ones on a terminal. Secrets and personal data are kept out by what is
 * logged in the first place; the redaction is the second lock.
 */
export function createLogger(level: string): Logger {
  return pino({
    level,
    redact: {
      paths: [
        '*.token',
        '*.password',
        '*.email',
        '*.message.text',
        '*.headers',
        'req.headers',
        '*.apikey',
        '*.authorization',
      ],
      remove: true,
    },
    ...(process.stdout.isTTY && {
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
    }),
  });
}
