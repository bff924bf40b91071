/** A worse resemblance than this is not worth suggesting. */
const worthSuggesting = 0.33;

/**
 * The candidate that most resembles `text`: shared n-grams (three letters, else two) choose who is compared,
 * edit distance decides.
 * @returns undefined when nothing comes near.
 */
export function closest(candidates: string[], text: string): string | undefined {
  const exact = candidates.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (exact !== undefined) return exact;
  return closestBySize(candidates, text, 3) ?? closestBySize(candidates, text, 2);
}

function closestBySize(candidates: string[], text: string, size: number): string | undefined {
  const wanted = grams(text, size);
  let best: { candidate: string; score: number } | undefined;
  for (const candidate of candidates) {
    if (cosine(wanted, grams(candidate, size)) === 0) continue;
    const score = similarity(candidate.toLowerCase(), text.toLowerCase());
    if (score >= worthSuggesting && score > (best?.score ?? 0)) best = { candidate, score };
  }
  return best?.candidate;
}

function grams(text: string, size: number): Map<string, number> {
  const padded = `-${text.toLowerCase().replaceAll(/[^\p{L}\p{N}_, ]/gu, '')}-`;
  const counts = new Map<string, number>();
  for (let start = 0; start + size <= padded.length; start++) {
    const gram = padded.slice(start, start + size);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function cosine(one: Map<string, number>, other: Map<string, number>): number {
  let product = 0;
  for (const [gram, count] of one) product += count * (other.get(gram) ?? 0);
  const length = (counts: Map<string, number>) => Math.hypot(...counts.values());
  return product === 0 ? 0 : product / (length(one) * length(other));
}

/** 1 for equal texts, 0 for nothing in common, by edit distance. */
function similarity(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return 1 - (previous[other.length] ?? 0) / Math.max(one.length, other.length, 1);
}
