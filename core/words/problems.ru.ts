/** What keeps a desk from working, for those who run it: one sentence on what is wrong, one on the remedy. */
export const problemsRu = {
  config: {
    invalid: '{{name}}: {{reason}}.',
    port: 'нужен номер порта от 0 до 65535',
    httpUrl: 'нужен адрес, который начинается с http:// или https://',
    smtpUrl: 'нужен адрес, который начинается с smtp:// или smtps://',
    token: 'это не токен бота; BotFather выдаёт его в виде 123456:ABC-DEF',
    groupId: 'нужен номер группы',
    groupIdNegative: 'номер группы отрицательный, у супергрупп он начинается с -100',
    webhookSecret: 'можно только латинские буквы, цифры, _ и -, не больше 256 знаков',
    staff: 'можно group или linked',
    locale: 'можно ru или en',
    logLevel: 'можно fatal, error, warn, info, debug, trace или silent',
    projectIncomplete:
      'Не хватает переменных: {{missing}}. Задайте их или уберите все три, тогда заработает встроенная база.',
    smtpIncomplete:
      'Не хватает переменной {{missing}}. Задайте её или уберите обе, тогда письма останутся на странице почты.',
    telegramIncomplete:
      'Не хватает переменной {{missing}}. Задайте её или уберите обе, тогда заработает учебная группа.',
    envUnreadable:
      'Не получается прочитать {{file}} ({{reason}}). Дайте этому пользователю право на чтение или уберите файл.',
    envNotUtf8:
      'Файл {{file}} сохранён не в UTF-8. Сохраните его в этой кодировке (в Блокноте: «Сохранить как», «UTF-8»).',
    metricsToken: 'нужно не меньше 16 знаков',
    halfNeedsProject:
      'По отдельности api и бот работают только с проектом Supabase. Задайте SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY и SUPABASE_SECRET_KEY или запустите всё вместе: npm start',
    botNeedsGroup: 'Боту некуда передавать сообщения. Задайте TELEGRAM_BOT_TOKEN и TELEGRAM_GROUP_ID.',
    webhookWithoutSecret:
      'Без TELEGRAM_WEBHOOK_SECRET кто угодно мог бы выдать себя за Telegram. Задайте любое длинное случайное слово.',
  },
  key: {
    swapped:
      'SUPABASE_PUBLISHABLE_KEY и SUPABASE_SECRET_KEY перепутаны местами. Поменяйте их: секретный ключ не должен попасть в браузеры.',
    secretInBrowsers:
      'В SUPABASE_PUBLISHABLE_KEY лежит секретный ключ, и его увидели бы браузеры. Поставьте туда sb_publishable_… (или anon).',
    notSecret:
      'В SUPABASE_SECRET_KEY лежит не секретный ключ. Поставьте туда sb_secret_… (или service_role).',
    notAKey:
      '{{name}}: это не ключ Supabase. Он начинается с sb_publishable_ или sb_secret_, а старый — с eyJ. Взять его можно здесь: {{page}}',
    otherProject:
      '{{name}}: это ключ проекта {{ref}}, а SUPABASE_URL ведёт на {{expected}}. Возьмите оба из одного проекта.',
    refused: '{{name}}: проект не принимает этот ключ. Скопируйте его заново: {{page}}',
  },
  project: {
    paused: 'Проект Supabase приостановлен. Нажмите «Restore project»: {{page}}',
    notFound:
      'Адреса {{host}} нет. Проверьте SUPABASE_URL; если проект долго стоял без дела, восстановите его: {{page}}',
    unreachable: 'Supabase по адресу {{url}} не отвечает ({{reason}}). Проверьте SUPABASE_URL и сеть.',
    embeddedStopped: 'Встроенная база не отвечает по адресу {{url}}. Запустите её в другом окне: npm start',
    notSupabase: 'По адресу {{url}} отвечает не Supabase (HTTP {{status}}). Проверьте SUPABASE_URL.',
  },
  schema: {
    missing:
      'В базе нет схемы Trivet или она старше первой версии с номером. Выполните скрипты sql/ по порядку из sql/README.md: {{page}}',
    unfinished:
      'Скрипты схемы выполнены не до конца. Выполните все скрипты sql/ ещё раз по порядку, это безопасно: {{page}}',
    older:
      'Схема базы версии {{version}}, а нужна {{needed}}. Выполните скрипты sql/ этого выпуска по порядку: {{page}}',
    newer:
      'Схема базы новее этого выпуска (ему известна версия {{needed}}). Запустите более новый выпуск Trivet.',
    unreachable: 'База не отвечает: {{reason}}. Подождите минуту и повторите; состояние проекта: {{page}}',
  },
  machine: {
    couldNotStart: 'Trivet не запустился: {{reason}}',
    didNotStop: 'Trivet остановился не до конца: {{reason}}',
    portTaken:
      'Порт {{port}} занят другой программой. Остановите её или задайте другой порт: PORT, LOCAL_SUPABASE_PORT или LOCAL_TELEGRAM_PORT.',
    portForbidden: 'Порт {{port}} этому пользователю не открыть. Возьмите порт выше 1023.',
    diskFull: 'На диске нет места. Освободите его и повторите.',
    unwritable: 'Нет права писать в {{path}}. Дайте его этому пользователю или выберите другую папку.',
    carriageReturns:
      "В файле .env переводы строк Windows: systemd и Docker прочтут их как часть значений. Уберите их: sed -i 's/\\r$//' .env",
    openEnv:
      'Файл .env, где лежат секреты, могут читать другие пользователи машины. Закройте его: chmod 600 .env',
  },
  telegram: {
    unreachable: 'Telegram по адресу {{root}} не отвечает. Проверьте сеть или задайте TELEGRAM_API_ROOT.',
    groupWithout100:
      'Группа «{{title}}» нашлась под номером {{id}}, а не {{given}}. Исправьте: TELEGRAM_GROUP_ID={{id}}',
    botNotInGroup:
      'Токен принадлежит боту @{{bot}}, и группы {{group}} он не видит. Добавьте его в группу, проверьте TELEGRAM_GROUP_ID или поставьте токен другого бота.',
  },
};
