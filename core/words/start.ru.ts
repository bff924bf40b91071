/** Что говорит `npm start`, когда всё готово. */
export const startRu = {
  ready: 'Trivet готов ({{seconds}}).',
  cabinet: 'Кабинет',
  admin: 'Панель',
  group: 'Группа',
  mail: 'Почта',
  logins: 'Войти можно как {{emails}}; пароль — {{password}}',
};
