import { config, z } from 'zod/mini';

// The content security policy forbids the eval that zod would otherwise compile its checks with.
config({ jitless: true });

// The browser's own parser tells addresses; zod's pattern for them would be shipped to everybody.
const url = z.string().check(z.refine((text) => URL.canParse(text)));

const schema = z.object({
  supabaseUrl: url,
  supabaseKey: z.string().check(z.minLength(1)),
  locale: z.enum(['ru', 'en']),
  /** Where this desk's panel is served, when that isn't `/admin/`. */
  panelUrl: z.optional(url),
  demo: z.optional(
    z.object({
      password: z.string(),
      users: z.array(z.object({ email: z.string(), role: z.enum(['user', 'admin']) })),
    }),
  ),
});

/** What the api tells browsers about the desk; nothing in it is secret. */
export type Config = z.infer<typeof schema>;

/**
 * Asks the api for the desk's configuration.
 * @throws when the api can't be reached or answers anything else.
 */
export async function fetchConfig(): Promise<Config> {
  const answer = await fetch('/api/config', { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`/api/config answered ${answer.status}`);
  return schema.parse(await answer.json());
}
