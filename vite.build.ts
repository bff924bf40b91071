import { build } from 'vite';
import { pageConfig } from './local/telegram/page/vite.page.ts';
import { appConfig, apps } from './vite.apps.ts';

// Builds everything a browser loads: both apps and the page of the Telegram stand-in.
for (const config of [...apps.map(appConfig), pageConfig()]) {
  await build({ ...config, logLevel: 'warn' });
}
