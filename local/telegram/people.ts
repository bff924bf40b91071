import type { PersonRecord } from './model.ts';

/** Who is in the group at the start. */
export const seededPeople: PersonRecord[] = [
  person('anna', 7_000_001, { first_name: 'Анна', last_name: 'Орлова', username: 'anna_orlova' }, 'creator'),
  person('boris', 7_000_002, { first_name: 'Борис', username: 'boris_support' }, 'administrator'),
  {
    ...person('anonymous', 7_000_003, { first_name: 'Вера', username: 'vera_hidden' }, 'administrator'),
    anonymous: true,
  },
  person('member', 7_000_004, { first_name: 'Глеб' }, 'member'),
  person('outsider', 7_000_005, { first_name: 'Дарья', username: 'darya_outside' }, 'left'),
  person(
    'otherBot',
    7_000_006,
    { first_name: 'Reminder', username: 'reminder_helper_bot', is_bot: true },
    'member',
  ),
];

function person(
  alias: string,
  id: number,
  user: { first_name: string; last_name?: string; username?: string; is_bot?: boolean },
  status: PersonRecord['status'],
): PersonRecord {
  const language = user.is_bot ? {} : { language_code: 'ru' };
  return {
    alias,
    user: { id, is_bot: false, ...user, ...language },
    status,
    anonymous: false,
    started: false,
    blocked: false,
  };
}
