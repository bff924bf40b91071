/** Что говорят команды `backup` и `restore`. */
export const backupRu = {
  usage: {
    backup: 'Как пользоваться: npm run backup -- ФАЙЛ',
    restore:
      'Как пользоваться: npm run restore -- ФАЙЛ [--overwrite | --to-supabase]\n' +
      '  --overwrite    заменить то, что лежит в DATA_DIR (прежнее останется рядом)\n' +
      '  --to-supabase  перенести всё в проект Supabase из переменных SUPABASE_… и SUPABASE_DB_URL',
  },
  saved: 'Сохранено в {{file}}: строк — {{rows}}, файлов — {{objects}}, размер — {{size}}.',
  secret: 'В файле лежат ключи, хеши паролей и переписка: храните его так же бережно, как саму базу.',
  missing: 'Файлов, которых уже нет на диске: {{count}}. В копию они не попали.',
  restored: 'Восстановлено в {{folder}}: строк — {{rows}}, файлов — {{objects}}. Запускайте: npm start',
  kept: 'То, что было там раньше, лежит в {{folder}}. Уберите эту папку, когда она станет не нужна.',
  moved:
    'Перенесено в {{url}}: строк — {{rows}}, файлов — {{objects}}. Пароли прежние, но всем надо войти заново. Проверьте: npm run doctor',
  nothingHere: 'В {{folder}} нет встроенной базы. Проверьте DATA_DIR.',
  schemaTooOld:
    'В последний раз базу запускала версия Trivet, которая ещё не умела делать копии. Запустите её один раз этой (npm start) и повторите.',
  stoppedMeanwhile: 'Пока шло копирование, база остановилась. Повторите команду.',
  noFile: 'Файла {{file}} нет. Проверьте имя.',
  damaged: 'Файл {{file}} повреждён или обрывается. Возьмите другую копию.',
  notABackup: '{{file}} — это не резервная копия Trivet. Проверьте имя файла.',
  otherFormat: 'Файл {{file}} записан более новой версией Trivet. Восстанавливайте его ею же.',
  otherSchema:
    'Копия сделана для версии {{theirs}} схемы, а у этой программы версия {{ours}}. Восстановите её той версией Trivet, которой она сделана, а затем обновитесь.',
  notEmpty:
    'В {{folder}} уже есть база. Чтобы заменить её (прежнее останется рядом), добавьте --overwrite, или задайте другой DATA_DIR.',
  twoTargets: '--overwrite и --to-supabase вместе не бывают. Оставьте что-то одно.',
  projectNeeded:
    'Некуда переносить. Задайте SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY и SUPABASE_DB_URL (Connect → Session pooler в панели проекта).',
  projectNotEmpty:
    'В проекте {{url}} уже есть тикеты: {{tickets}}. Перенос возможен только в проект, где их нет.',
  sameUsers:
    'В проекте {{url}} уже есть пользователи из копии, например {{email}}. Удалите их там (Authentication → Users) и повторите.',
  columnMissing: 'В проекте нет столбца {{column}}. Выполните там все скрипты из sql/ и повторите.',
  roleTooWeak:
    'Роль из SUPABASE_DB_URL не может отключить триггеры. Возьмите строку подключения пользователя postgres.',
  databaseUnreachable:
    'База по адресу из SUPABASE_DB_URL не отвечает ({{reason}}). Проверьте адрес и пароль; без IPv6 нужен Session pooler.',
  uploadFailed:
    'Файл не удалось положить в хранилище: {{reason}}. В таблицах ничего не изменилось; повторите команду.',
};
