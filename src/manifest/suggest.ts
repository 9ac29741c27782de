import { distance } from 'fastest-levenshtein';

/** Above this many candidates a suggestion is not worth the time. */
const MAX_CANDIDATES = 20_000;

/** The candidate that was most likely meant; undefined when none is near. Ties go to the first. */
export function findNearest(text: string, candidates: readonly string[]): string | undefined {
  if (text.length > 100 || candidates.length > MAX_CANDIDATES) {
    return undefined;
  }
  const wanted = fold(text);
  let best: string | undefined;
  // Of three letters one may be wrong, of six two.
  let bestDistance = Math.floor(wanted.length * 0.34) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - text.length) > bestDistance + 2) {
      continue;
    }
    const found = distance(wanted, fold(candidate));
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** `client_secret`, `clientSecret` and `Client-Secret` are the same mistake away. */
function fold(text: string): string {
  return text.toLowerCase().replace(/[_\s-]/g, '');
}
