import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { i18n } from 'i18next';
import { StrictMode, useEffect, useState, type ComponentType } from 'react';
import { createRoot } from 'react-dom/client';
import type { Database } from '../../core/database.types.ts';
import { preferredLocale, startI18n } from '../i18n/locale.ts';
import { WordsProvider } from '../i18n/words.tsx';
import { followTheme } from '../theme/theme.ts';
import type { AppName } from './app.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { fetchConfig, type Config } from './config.ts';
import { reloadOnMissingChunk } from './missing-chunk.ts';
import { Unavailable } from './Unavailable.tsx';

/** What an app is given once the desk was reached. */
export type AppProps = { config: Config; supabase: SupabaseClient<Database> };

/** Puts an app on the page: appearance, language, configuration, then the app itself. */
export function startApp(app: AppName, App: ComponentType<AppProps>): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  followTheme();
  reloadOnMissingChunk();
  const first = prepare(app);
  createRoot(root).render(
    <StrictMode>
      <Startup app={app} App={App} first={first} />
    </StrictMode>,
  );
}

type Ready = { i18n: i18n; desk?: AppProps };

/** Asks for the configuration and the words side by side; without a configuration there is no desk, only words. */
async function prepare(app: AppName): Promise<Ready> {
  const asked = fetchConfig().catch((error: unknown) => {
    console.error(error);
    return undefined;
  });
  const i18n = await startI18n(preferredLocale() ?? (await asked)?.locale ?? 'ru');
  const config = await asked;
  if (!config) return { i18n };
  const supabase = createClient<Database>(config.supabaseUrl, config.supabaseKey, {
    // One browser can be a user in the cabinet and staff in the panel at the same time.
    auth: { persistSession: true, storageKey: `trivet-${app}` },
  });
  return { i18n, desk: { config, supabase } };
}

type StartupProps = { app: AppName; App: ComponentType<AppProps>; first: Promise<Ready> };

function Startup({ app, App, first }: StartupProps) {
  const [ready, setReady] = useState<Ready>();
  const [attempt, setAttempt] = useState(first);
  useEffect(() => {
    let current = true;
    void attempt.then((result) => {
      if (current) setReady(result);
    });
    return () => {
      current = false;
    };
  }, [attempt]);

  if (!ready) return null;
  return (
    <WordsProvider i18n={ready.i18n}>
      <ErrorBoundary>
        {ready.desk ? <App {...ready.desk} /> : <Unavailable onRetry={() => setAttempt(prepare(app))} />}
      </ErrorBoundary>
    </WordsProvider>
  );
}
