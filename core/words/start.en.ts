import type { startRu } from './start.ru.ts';
import type { Translation } from './shape.ts';

/** What `npm start` says once everything is ready. */
export const startEn: Translation<typeof startRu> = {
  ready: 'Trivet is ready ({{seconds}}).',
  cabinet: 'Cabinet',
  admin: 'Panel',
  group: 'Group',
  mail: 'Mail',
  logins: 'Sign in as {{emails}}; the password is {{password}}',
};
