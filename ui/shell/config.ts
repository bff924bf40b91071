import * as v from 'valibot';

const url = v.pipe(v.string(), v.url());

const schema = v.object({
  supabaseUrl: url,
  supabaseKey: v.pipe(v.string(), v.minLength(1)),
  locale: v.picklist(['ru', 'en']),
  /** Where this desk's panel is served, when that isn't `/admin/`. */
  panelUrl: v.optional(url),
  demo: v.optional(
    v.object({
      password: v.string(),
      users: v.array(v.object({ email: v.string(), role: v.picklist(['user', 'admin']) })),
    }),
  ),
});

/** What the api tells browsers about the desk; nothing in it is secret. */
export type Config = v.InferOutput<typeof schema>;

/**
 * Asks the api for the desk's configuration.
 * @throws when the api can't be reached or answers anything else.
 */
export async function fetchConfig(): Promise<Config> {
  const answer = await fetch('/api/config', { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`/api/config answered ${answer.status}`);
  return v.parse(schema, await answer.json());
}
