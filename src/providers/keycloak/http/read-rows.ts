import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { z } from 'zod';
import type { KeycloakApi } from './api.ts';
import { readAllPages } from './pages.ts';
import { parseList } from './parse-list.ts';
import type { ReadContext } from './request-context.ts';

/** Rows of users, groups and roles are small. */
const PAGES = { pageSize: 500, inFlight: 2 };

/** What of a listing is asked for. */
interface Page {
  readonly first: number;
  readonly max: number;
  readonly briefRepresentation: true;
}

export interface RowListing<Row> {
  /** What the rows are, for errors. */
  readonly what: string;
  readonly row: z.ZodType<Row>;
  readonly ask: (admin: KeycloakAdminClient, page: Page) => Promise<unknown>;
  /** Called before each request. */
  readonly spend?: (() => void) | undefined;
}

/** A listing of rows that are small and mostly few: of many roles nobody is a holder, and one request shows that. */
export async function readRows<Row extends { readonly id: string }>(
  api: KeycloakApi,
  context: ReadContext,
  { what, row, ask, spend }: RowListing<Row>,
): Promise<Row[]> {
  const askFor = async (first: number, max: number): Promise<Row[]> => {
    spend?.();
    const page = { first, max, briefRepresentation: true } as const;
    return parseList(api, await api.read(context, (admin) => ask(admin, page)), row, what);
  };
  return readAllPages({ ask: askFor, take: (page: readonly Row[]) => page }, PAGES);
}
