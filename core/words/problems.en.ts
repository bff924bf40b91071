import type { problemsRu } from './problems.ru.ts';
import type { Translation } from './shape.ts';

/** What keeps a desk from working, for those who run it: one sentence on what is wrong, one on the remedy. */
export const problemsEn: Translation<typeof problemsRu> = {
  config: {
    invalid: '{{name}} {{reason}}.',
    port: 'must be a port number, 0 to 65535',
    httpUrl: 'must be a URL that begins with http:// or https://',
    smtpUrl: 'must be a URL that begins with smtp:// or smtps://',
    token: 'is no bot token: it looks like 123456:ABC-DEF, as BotFather gives it',
    groupId: 'must be the number of a group',
    groupIdNegative: 'must be the number of a group, which is negative (supergroups begin with -100)',
    webhookSecret: 'may hold letters, digits, _ and - only, 256 at most',
    staff: 'must be "group" or "linked"',
    locale: 'must be "ru" or "en"',
    logLevel: 'must be fatal, error, warn, info, debug, trace or silent',
    projectIncomplete:
      'For a Supabase project {{missing}} must be set as well. Set what is missing, or unset all three for the embedded one.',
    smtpIncomplete:
      'To send mail {{missing}} must be set as well. Set it, or unset both to keep letters on the desk’s mail page.',
    telegramIncomplete:
      'To use a real bot {{missing}} must be set as well. Set it, or unset both for the stand-in.',
    envUnreadable: '{{file}} can’t be read ({{reason}}). Give this user the right to read it, or remove it.',
    envNotUtf8: '{{file}} isn’t UTF-8. Save it in this encoding (in Notepad: “Save as”, “UTF-8”).',
    metricsToken: 'must be at least 16 characters long',
    halfNeedsProject:
      'The api and the bot run apart only on a Supabase project. Set SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY, or run everything by: npm start',
    botNeedsGroup: 'The bot has no group to carry to. Set TELEGRAM_BOT_TOKEN and TELEGRAM_GROUP_ID.',
    webhookWithoutSecret:
      'Without TELEGRAM_WEBHOOK_SECRET anybody could play Telegram. Set it to any long random word.',
  },
  key: {
    swapped:
      'SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY are swapped. Exchange them: the secret key must not reach browsers.',
    secretInBrowsers:
      'SUPABASE_PUBLISHABLE_KEY holds a secret key, which browsers would get. Put sb_publishable_… (or anon) there.',
    notSecret: 'SUPABASE_SECRET_KEY holds no secret key. Put sb_secret_… (or service_role) there.',
    notAKey:
      '{{name}} is no key of Supabase: they begin with sb_publishable_ or sb_secret_, old ones with eyJ. Copy it from {{page}}',
    otherProject:
      '{{name}} is a key of project {{ref}}, but SUPABASE_URL leads to {{expected}}. Take both from one project.',
    refused: 'The project doesn’t accept {{name}}. Copy it anew from {{page}}',
  },
  project: {
    paused: 'The Supabase project is paused. Press “Restore project” on {{page}}',
    notFound:
      'There is no address {{host}}. Check SUPABASE_URL; a project that was idle for long has to be restored: {{page}}',
    unreachable: 'Supabase doesn’t answer at {{url}} ({{reason}}). Check SUPABASE_URL and the network.',
    embeddedStopped: 'The embedded Supabase doesn’t answer at {{url}}. Start it in another window: npm start',
    notSupabase: 'What answers at {{url}} isn’t Supabase (HTTP {{status}}). Check SUPABASE_URL.',
  },
  schema: {
    missing:
      'The database has no Trivet schema, or one from before versions were recorded. Run the scripts of sql/ in the order of sql/README.md: {{page}}',
    unfinished:
      'The schema’s scripts have not all run. Run all scripts of sql/ again in their order, which is safe: {{page}}',
    older:
      'The database’s schema has version {{version}}; {{needed}} is needed. Run this release’s scripts of sql/ in their order: {{page}}',
    newer:
      'The database’s schema is newer than this release, which knows version {{needed}}. Start a newer release of Trivet.',
    unreachable:
      'The database doesn’t answer: {{reason}}. Wait a minute and try again; the project’s state: {{page}}',
  },
  machine: {
    couldNotStart: 'Trivet could not start: {{reason}}',
    didNotStop: 'Trivet did not stop cleanly: {{reason}}',
    portTaken:
      'Port {{port}} is taken by another program. Stop it, or set PORT, LOCAL_SUPABASE_PORT or LOCAL_TELEGRAM_PORT to a free one.',
    portForbidden: 'Port {{port}} may not be opened by this user. Choose one above 1023.',
    diskFull: 'The disk is full. Make room and try again.',
    unwritable: '{{path}} may not be written. Give this user the right, or choose another folder.',
    carriageReturns:
      "The file .env has Windows line ends, which systemd and Docker take as part of the values. Remove them: sed -i 's/\\r$//' .env",
    openEnv: 'Other users of this machine may read .env, where the secrets are. Close it: chmod 600 .env',
  },
  telegram: {
    unreachable: 'Telegram doesn’t answer at {{root}}. Check the network, or set TELEGRAM_API_ROOT.',
    groupWithout100:
      'The group “{{title}}” was found as {{id}}, not as {{given}}. Correct it: TELEGRAM_GROUP_ID={{id}}',
    botNotInGroup:
      'The token is @{{bot}}’s, which doesn’t see group {{group}}. Add it to the group, check TELEGRAM_GROUP_ID, or set the other bot’s token.',
  },
};
