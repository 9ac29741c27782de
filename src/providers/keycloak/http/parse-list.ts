import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import type { KeycloakApi } from './api.ts';

/** `what` names the rows, for errors. */
export function parseList<T>(api: KeycloakApi, list: unknown, schema: z.ZodType<T>, what: string): T[] {
  const parsed = z.array(schema).safeParse(list);
  if (parsed.success) return parsed.data;
  // The issues of the schema may quote values: they are not shown.
  throw unexpectedListing(api, what, parsed.error.issues[0]?.path ?? []);
}

/** `path`: of what in the answer is not as it should be; empty: it has another form altogether. */
export function unexpectedListing(
  { settings }: KeycloakApi,
  what: string,
  path: readonly PropertyKey[],
  form: 'list' | 'object' = 'list',
): GrantryError {
  const found = path.length === 0 ? `is no JSON ${form}` : `has something unexpected at ${path.join('.')}`;
  return new GrantryError('UNREACHABLE', `The listing of ${what} by Keycloak ${settings.url} ${found}`, {
    hint: 'Is that the base URL of a Keycloak server of version 24 or later, and no proxy with a page of its own in between?',
  });
}
