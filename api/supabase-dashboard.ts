const pages = {
  project: '',
  sql: '/sql/new',
  'api-keys': '/settings/api-keys',
  publications: '/database/publications',
  buckets: '/storage/buckets',
  functions: '/functions',
  cron: '/integrations/cron',
  smtp: '/auth/smtp',
  providers: '/auth/providers',
  users: '/auth/users',
} as const;

/** The name a hosted project has in its addresses; undefined for one somebody hosts themselves. */
export function projectRef(url: string): string | undefined {
  return /^https:\/\/([a-z0-9]+)\.supabase\.(?:co|in|red)$/.exec(url)?.[1];
}

/** The page of a project's dashboard where something is seen or done; for a self-hosted one, its own address. */
export function dashboard(url: string, page: keyof typeof pages): string {
  const ref = projectRef(url);
  return ref === undefined ? url : `https://supabase.com/dashboard/project/${ref}${pages[page]}`;
}
