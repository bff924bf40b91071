import { RestError } from './errors.ts';

/** How rows become a response's body. */
export interface MediaType {
  format: 'array' | 'object' | 'csv';
  /** Properties that are null are left out. */
  stripNulls: boolean;
  contentType: string;
}

const json: MediaType = {
  format: 'array',
  stripNulls: false,
  contentType: 'application/json; charset=utf-8',
};

/**
 * Chooses the first acceptable media type, best quality first.
 * @throws {RestError} PGRST107 when none can be made.
 */
export function negotiate(accept: string | undefined): MediaType {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return json;
  const ranges = accept
    .split(',')
    .map((range) => range.trim())
    .map((range) => ({ range, quality: Number(/;\s*q=([\d.]+)/i.exec(range)?.[1] ?? 1) }))
    .sort((one, other) => other.quality - one.quality);
  for (const { range } of ranges) {
    const found = mediaType(range);
    if (found) return found;
  }
  throw new RestError(
    406,
    'PGRST107',
    `None of these media types are available: ${ranges.map(({ range }) => range).join(', ')}`,
  );
}

function mediaType(range: string): MediaType | undefined {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const stripNulls = parameters.some((parameter) => /^nulls\s*=\s*"?stripped"?$/.test(parameter));
  const suffix = stripNulls ? ';nulls=stripped; charset=utf-8' : '; charset=utf-8';
  switch (name) {
    case '*/*':
    case 'application/json':
      return json;
    case 'application/vnd.pgrst.array':
    case 'application/vnd.pgrst.array+json':
      if (!stripNulls) return json;
      return { format: 'array', stripNulls, contentType: `application/vnd.pgrst.array+json${suffix}` };
    case 'application/vnd.pgrst.object':
    case 'application/vnd.pgrst.object+json':
      return { format: 'object', stripNulls, contentType: `application/vnd.pgrst.object+json${suffix}` };
    case 'text/csv':
      return { format: 'csv', stripNulls: false, contentType: 'text/csv; charset=utf-8' };
    default:
      return undefined;
  }
}
