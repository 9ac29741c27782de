import type { JsonObject } from '../../../model/values/json.ts';
import { parseKeys } from './key-marks.ts';
import type { MarkedKey, PreviousKey } from './key-marks.ts';
import type { Application } from './representations.ts';

/** What Auth0 calls the way of a client that signs assertions with a key. */
export const PRIVATE_KEY_JWT = 'private_key_jwt';

/** The keys of an application, as far as a listing shows them. */
export interface ApplicationKeys {
  /** The newest of grantry's; undefined: it is not there any more, or there never was one. */
  readonly present: MarkedKey | undefined;
  /** The one before, where it is still accepted. */
  readonly previous: PreviousKey | undefined;
  /** Credentials that are accepted and that grantry does not know of, by Auth0's ids, sorted. */
  readonly others: readonly string[];
}

type Listed = Pick<Application, 'client_metadata' | 'client_authentication_methods' | 'token_endpoint_auth_method'>;

export function keysIn(app: Listed): ApplicationKeys {
  const { present, previous } = parseKeys(app.client_metadata) ?? {};
  const enabled = enabledKeys(app);
  const isThere = (key: { readonly credentialId: string } | undefined): boolean =>
    key !== undefined && (enabled?.includes(key.credentialId) ?? true);
  const ours = new Set([present?.credentialId, previous?.credentialId]);
  return {
    present: isThere(present) ? present : undefined,
    previous: isThere(previous) ? previous : undefined,
    others: (enabled ?? []).filter((id) => !ours.has(id)).toSorted(),
  };
}

/** Undefined: it is known by something else, or the account may not see what it is known by. */
export function enabledKeys({ client_authentication_methods: method }: Listed): readonly string[] | undefined {
  return method?.name === PRIVATE_KEY_JWT ? method.credentials : undefined;
}

/** Whether it is known by keys, as far as that shows: of one that says nothing of its way grantry's own mark does. */
export function usesKeys(app: Listed): boolean {
  return enabledKeys(app) !== undefined || (areMethodsHidden(app) && parseKeys(app.client_metadata) !== undefined);
}

/** One of the two is always set on an application of grantry's: then the account may not see it. */
export function areMethodsHidden(app: Listed): boolean {
  return app.client_authentication_methods === undefined && app.token_endpoint_auth_method === undefined;
}

/** The value of `client_authentication_methods` under which an application is known by these keys. */
export function methodWith(ids: readonly string[]): JsonObject {
  return { [PRIVATE_KEY_JWT]: { credentials: ids.map((id) => ({ id })) } };
}
