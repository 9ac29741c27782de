/** Lists: bare, with totals, or by checkpoint. */
import { apiError, invalidQuery } from './errors.ts';
import type { Json, JsonObject } from '../json.ts';

export interface Listing<T> {
  /** All that the filters let through, in order. */
  readonly items: readonly T[];
  /** The key of the list in answers that are objects. */
  readonly key: string;
  readonly show: (item: T) => Json;
  /** Identifies an item's place for the next checkpoint; undefined where the API has no checkpoint paging. */
  readonly cursor?: (item: T) => string;
  /** The most that per_page and take may ask for. */
  readonly max: number;
  readonly minPerPage?: 0 | 1;
  /** How far offset paging reaches; undefined: to the end. */
  readonly cap?: number | undefined;
}

const DEFAULT_SIZE = 50;

export function paginate<T>(query: URLSearchParams, listing: Listing<T>): Json {
  const { cursor } = listing;
  if (cursor !== undefined && (query.has('take') || query.has('from'))) {
    return checkpoint(query, { ...listing, cursor });
  }
  const { items, key, show, max, cap } = listing;
  const perPage = integer(query, 'per_page', { min: listing.minPerPage ?? 1, max }) ?? DEFAULT_SIZE;
  const page = integer(query, 'page', { min: 0 }) ?? 0;
  const start = page * perPage;
  if (cap !== undefined && start + perPage > cap && start > 0) {
    throw apiError(
      400,
      `You can only page through the first ${cap} records. Use checkpoint pagination to read more.`,
      'invalid_paging',
    );
  }
  const shown = items.slice(start, start + perPage).map(show);
  if (!flag(query, 'include_totals')) return shown;
  return { total: items.length, start, limit: perPage, [key]: shown };
}

/** `take` wins over offset parameters and totals; `next` is missing where nothing follows. */
function checkpoint<T>(
  query: URLSearchParams,
  { items, key, show, max, cursor }: Listing<T> & { readonly cursor: (item: T) => string },
): JsonObject {
  const take = integer(query, 'take', { min: 1, max }) ?? DEFAULT_SIZE;
  const from = query.get('from');
  const start = from === null ? 0 : startAfter(items, from, cursor);
  const page = items.slice(start, start + take);
  const last = page.at(-1);
  const answer: JsonObject = { [key]: page.map(show) };
  if (last !== undefined && start + take < items.length) answer['next'] = encodeCursor(cursor(last));
  return answer;
}

/** Opaque to callers, as the real one. */
export function encodeCursor(place: string): string {
  return Buffer.from(JSON.stringify({ after: place })).toString('base64url');
}

function startAfter<T>(items: readonly T[], from: string, cursor: (item: T) => string): number {
  const place = decodeCursor(from);
  const at = items.findIndex((item) => cursor(item) > place);
  return at === -1 ? items.length : at;
}

function decodeCursor(from: string): string {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(from, 'base64url').toString());
    if (typeof parsed === 'object' && parsed !== null && 'after' in parsed && typeof parsed.after === 'string') {
      return parsed.after;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw apiError(400, 'The specified from parameter is not valid.', 'invalid_paging');
}

export function integer(
  query: URLSearchParams,
  name: string,
  { min, max = Infinity }: { min: number; max?: number },
): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) throw invalidQuery(`'Expected type integer but found type string' on property ${name}.`);
  const value = Number(text);
  if (value < min) throw invalidQuery(`'Value ${value} is less than minimum ${min}' on property ${name}.`);
  if (value > max) throw invalidQuery(`'Value ${value} is greater than maximum ${max}' on property ${name}.`);
  return value;
}

export function flag(query: URLSearchParams, name: string, otherwise = false): boolean {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (text !== 'true' && text !== 'false') {
    throw invalidQuery(`'Expected type boolean but found type string' on property ${name}.`);
  }
  return text === 'true';
}

/** Refuses parameters that the endpoint does not have. */
export function onlyParameters(query: URLSearchParams, allowed: readonly string[]): void {
  const unknown = [...new Set(query.keys())].filter((name) => !allowed.includes(name));
  if (unknown.length > 0) throw invalidQuery(`'Additional properties not allowed: ${unknown.join(',')}'.`);
}

/** What of the object the parameters `fields` and `include_fields` ask for; without them all of it. */
export function selectFields(whole: JsonObject, query: URLSearchParams): JsonObject {
  const names = query.get('fields')?.split(',');
  if (names === undefined) return whole;
  const include = flag(query, 'include_fields', true);
  return Object.fromEntries(Object.entries(whole).filter(([key]) => names.includes(key) === include));
}
