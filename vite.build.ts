import { build } from 'vite';
import { pageConfig } from './local/telegram/page/vite.page.ts';
import { appConfig, apps } from './vite.apps.ts';

// Vite takes a NODE_ENV that is there (a test runner's, say) for its own, and would ship React's development build.
process.env.NODE_ENV = 'production';

// Builds everything a browser loads: both apps and the page of the Telegram stand-in.
for (const config of [...apps.map(appConfig), pageConfig()]) {
  await build({ ...config, logLevel: 'warn' });
}
