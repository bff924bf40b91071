import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { resolve } from 'node:path';
import type { InlineConfig, Plugin } from 'vite';

export const apps = ['cabinet', 'admin'] as const;
export type App = (typeof apps)[number];

/** Libraries of the first load by what changes together, so that a release of ours leaves them in the browser's cache. */
const vendors = [
  { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/ },
  { name: 'supabase', test: /node_modules[\\/]@supabase[\\/](?!storage-js)/ },
  {
    name: 'libraries',
    // Mutations and virtual rows come with what needs them, the cabinet's after its first load.
    test: /node_modules[\\/](i18next|zustand|wouter|clsx|zod|lucide-react(?!.*icons)|@tanstack(?!.*(useMutation|mutationObserver|virtual)))[\\/]/,
  },
];

/** What supabase-js brings and no page here uses: passkeys, Ethereum wallets, Edge Functions. */
const unused =
  /@supabase[\\/](auth-js[\\/].*[\\/](webauthn|ethereum)|functions-js[\\/].*[\\/]FunctionsClient)\.js$/;

/**
 * Keeps two things of supabase-js out of the first load, 10 kB together: its storage client is brought on demand, and
 * what is `unused` becomes empty classes, which is all that constructing the client needs.
 */
const leanSupabase: Plugin = {
  name: 'lean-supabase',
  apply: 'build',
  enforce: 'pre',
  resolveId: {
    filter: { id: /^@supabase\/storage-js$/ },
    handler: (_id, importer) =>
      importer && /[\\/]supabase-js[\\/]/.test(importer)
        ? resolve(import.meta.dirname, 'ui/shell/storage-on-demand.ts')
        : null,
  },
  transform: {
    filter: { id: unused },
    handler: (code) =>
      [...code.matchAll(/^export (?:async )?(?:class|const|function) (\w+)/gm)]
        .map(([, name]) => `export class ${name} {}`)
        .join('\n'),
  },
};

/**
 * Vite's configuration of one of the two apps: served under `/<app>/`, built into `dist/<app>`.
 * The api passes it to `createServer` (with `server.middlewareMode`) in dev mode, and the build to `build`.
 */
export function appConfig(app: App): InlineConfig {
  const root = import.meta.dirname;
  return {
    configFile: false,
    root: resolve(root, app),
    base: `/${app}/`,
    publicDir: resolve(root, 'ui/theme/public'),
    cacheDir: resolve(root, 'node_modules/.vite', app),
    // What two libraries bring for React before 18, React has by now.
    resolve: { alias: [{ find: /^use-sync-external-store\/shim(\/index\.js)?$/, replacement: 'react' }] },
    plugins: [react(), tailwindcss(), leanSupabase],
    build: {
      outDir: resolve(root, 'dist', app),
      emptyOutDir: true,
      // Inlined assets would be data: URLs, which the content security policy refuses for fonts.
      assetsInlineLimit: 0,
      // Every browser with the popovers we use preloads modules by itself.
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: { groups: vendors } } },
    },
  };
}
