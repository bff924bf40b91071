import app from './app.en.ts';
import errors from './errors.en.ts';
import panel from './panel.en.ts';
import thread from './thread.en.ts';

/** Everything the cabinet and the panel say, in English. */
export default { ...app, ...thread, ...panel, ...errors };
