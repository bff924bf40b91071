import app from './app.ru.ts';
import errors from './errors.ru.ts';
import panel from './panel.ru.ts';
import thread from './thread.ru.ts';

/** Everything the cabinet and the panel say, in Russian. */
export default { ...app, ...thread, ...panel, ...errors };
