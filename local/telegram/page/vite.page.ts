import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import type { InlineConfig } from 'vite';

const project = resolve(import.meta.dirname, '../../..');

/** Vite's configuration of the group's page: served at the stand-in's root, built into `dist/telegram`. */
export function pageConfig(): InlineConfig {
  return {
    configFile: false,
    root: import.meta.dirname,
    base: '/',
    cacheDir: resolve(project, 'node_modules/.vite/telegram'),
    plugins: [react(), tailwindcss()],
    build: { outDir: resolve(project, 'dist/telegram'), emptyOutDir: true, assetsInlineLimit: 0 },
  };
}
