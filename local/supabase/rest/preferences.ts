/** What a caller wishes in `Prefer` headers; of contradicting wishes the first counts. */
export interface Preferences {
  resolution?: 'merge-duplicates' | 'ignore-duplicates';
  return?: 'representation' | 'minimal' | 'headers-only';
  count?: 'exact' | 'planned' | 'estimated';
  missing?: 'default' | 'null';
  handling?: 'strict' | 'lenient';
  timezone?: string;
  maxAffected?: number;
  /** Wishes nobody understands; refused when handling is strict. */
  invalid: string[];
}

const known = {
  resolution: ['merge-duplicates', 'ignore-duplicates'],
  return: ['representation', 'minimal', 'headers-only'],
  count: ['exact', 'planned', 'estimated'],
  missing: ['default', 'null'],
  handling: ['strict', 'lenient'],
} as const;

/** Reads the `Prefer` header (several are joined by commas). */
export function parsePreferences(header: string | undefined): Preferences {
  const preferences: Preferences = { invalid: [] };
  for (const wish of (header ?? '').split(',').map((part) => part.trim())) {
    if (wish !== '' && !accept(preferences, wish)) preferences.invalid.push(wish);
  }
  return preferences;
}

function accept(preferences: Preferences, wish: string): boolean {
  const [name = '', value = ''] = wish.split('=', 2);
  if (name in known) {
    const key = name as keyof typeof known;
    if (!(known[key] as readonly string[]).includes(value)) return false;
    if (preferences[key] === undefined) Object.assign(preferences, { [key]: value });
    return true;
  }
  if (name === 'max-affected') {
    if (/^\d+$/.test(value)) preferences.maxAffected ??= Number(value);
    return true;
  }
  if (name === 'timezone') {
    if (!isTimezone(value)) return false;
    preferences.timezone ??= value;
    return true;
  }
  // How a transaction ends is not the caller's to choose on Supabase: understood, and without effect.
  return wish === 'tx=commit' || wish === 'tx=rollback';
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

type Applicable = 'resolution' | 'missing' | 'return' | 'count' | 'handling' | 'timezone' | 'maxAffected';

/** The `Preference-Applied` header for those of the wishes in `applied` that were heard. */
export function preferenceApplied(
  preferences: Preferences,
  applied: readonly Applicable[],
): Record<string, string> {
  const order: Applicable[] = [
    'resolution',
    'missing',
    'return',
    'count',
    'handling',
    'timezone',
    'maxAffected',
  ];
  const heard = order.flatMap((name) => {
    const value = applied.includes(name) ? preferences[name] : undefined;
    if (value === undefined || (name === 'maxAffected' && preferences.handling !== 'strict')) return [];
    return [`${name === 'maxAffected' ? 'max-affected' : name}=${value}`];
  });
  return heard.length === 0 ? {} : { 'preference-applied': heard.join(', ') };
}
