import type { setupRu } from './setup.ru.ts';
import type { Translation } from './shape.ts';

/** What `npm run setup` asks and says. */
export const setupEn: Translation<typeof setupRu> = {
  title: 'Setting Trivet up',
  hello:
    'Each answer is checked at once. The file .env is changed at the very end; stop at any time with Ctrl+C.',
  cancelled: 'Stopped: .env is unchanged. Run npm run setup again; what is done already will be of use.',
  notATerminal:
    'Set-up needs a terminal. Without one set the variables yourself as docs/production.md says, and run npm run doctor.',
  done: 'Done, go on',
  language: { ask: 'Language of the bot and the commands', ru: 'Русский', en: 'English' },
  where: {
    ask: 'Where shall the data be?',
    project: 'In a Supabase project',
    embedded: 'On this machine, in the embedded database',
  },
  project: {
    known: 'Project {{url}}: address and keys are right',
    url: 'The project’s address',
    urlHint: 'https://….supabase.co, or the project’s link from your browser',
    urlWrong:
      'That is no project’s address: it is https://….supabase.co or the project’s link from your browser.',
    publishable: 'The publishable key (sb_publishable_…), from {{page}}',
    secret: 'The secret key (sb_secret_…), from the same page',
    stopped: 'Mend it and run npm run setup again.',
  },
  schema: {
    known: 'The schema is there, version {{version}}',
    databaseUrl:
      'The database’s connection string, to make the tables (button Connect, Session pooler: {{page}}). It is kept nowhere. Empty: I run the SQL myself',
    databaseUrlWrong:
      'It looks like postgresql://postgres.abc:password@…:5432/postgres, with the password in place of [YOUR-PASSWORD].',
    otherDatabase: 'That is another project’s database, not {{ref}}’s.',
    connectFailed:
      'The database can’t be reached: {{reason}}. The direct address db.….supabase.co works by IPv6 only; take the Session pooler.',
    applying: 'Running the scripts of sql/…',
    applied: 'Scripts run: {{count}}',
    failed: 'Script {{script}} failed, and nothing of the scripts was applied: {{reason}}',
    byHand: 'Open {{page}} and run these one after the other, each whole:',
    done: 'Have you run all of them?',
    notYet: 'Not yet: {{problem}}',
  },
  admin: {
    known: 'There is somebody on the staff already: {{email}}',
    email: 'E-mail of the first staff member. Empty: they come with the data you move here',
    later: 'Nobody is on the staff yet: move the data, then run npm run setup again',
    emailWrong: 'That is no e-mail address.',
    password: 'A password for them, at least {{length}} characters',
    passwordShort: 'Shorter than {{length}} characters.',
    made: 'Staff member made: {{email}}',
    promoted: '{{email}} is staff now; their password stays',
    failed: 'The staff member could not be made: {{reason}}',
  },
  telegram: {
    ask: 'Connect a Telegram group?',
    yes: 'Yes, I have a bot or make one now',
    no: 'No, the stand-in will do for now',
    token: 'The bot’s token: @BotFather, command /newbot',
    known: 'Bot @{{bot}} in the group “{{title}}”',
    bot: 'This is the bot @{{bot}}',
    addToGroup:
      'Make a group, turn topics on, and add @{{bot}} as an administrator that may manage topics and delete messages.',
    which: 'Which group?',
    other: 'Another one, I’ll type its number',
    groupId: 'The group’s number (begins with -100; it is in a message’s link: t.me/c/NUMBER/…)',
    groupIdWrong: 'It is a number, like -1001234567890.',
    corrected: 'Group “{{title}}”, its number is {{id}}',
    fix: 'Mended? I’ll look again',
    ready: 'The bot is ready to work in the group “{{title}}”',
    registered: 'The bot’s commands and the delivery of updates are set',
    delivery: 'How shall updates come to the bot?',
    polling: 'It fetches them (simpler, works everywhere)',
    webhook: 'By a webhook: Telegram comes to {{url}}',
  },
  publicUrl: {
    ask: 'The address at which people will open cabinet and panel (https://…). Empty: this machine only',
    wrong: 'It looks like https://desk.example.com, without a path.',
  },
  written: 'The file .env is written; only its owner may read it',
  unchanged: 'The file .env is as it should be already',
  doctor: 'Now the doctor looks at all of it together',
  embeddedNext: 'Run npm start, and when it says it is ready, in another window: npm run doctor',
  start: 'Run: npm start',
};
