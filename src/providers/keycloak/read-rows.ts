import type { z } from 'zod';
import type { KeycloakApi, Reading } from './api.ts';
import { readAllPages } from './pages.ts';
import { parseList } from './parse-list.ts';

/** Rows of users, groups and roles are small. */
const PAGES = { pageSize: 500, inFlight: 2 };

export interface RowOptions {
  /** Called before each request. */
  readonly spend?: () => void;
}

/**
 * A listing of rows that are small and mostly few: of many roles nobody is a holder, and one request tells that. `path` is
 * behind that of the realm, its query included.
 */
export async function readRows<Row extends { readonly id: string }>(
  api: KeycloakApi,
  reading: Reading,
  path: string,
  schema: z.ZodType<Row>,
  { spend }: RowOptions = {},
): Promise<Row[]> {
  const what = path.split('?')[0]?.split('/').at(-1) ?? 'rows';
  const ask = async (first: number, max: number): Promise<Row[]> => {
    spend?.();
    const query = `${path.includes('?') ? '&' : '?'}first=${first}&max=${max}&briefRepresentation=true`;
    return parseList(api, await api.read(reading, `${path}${query}`), schema, what);
  };
  return readAllPages({ ask, take: (page: readonly Row[]) => page }, PAGES);
}
