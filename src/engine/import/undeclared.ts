import type { DesiredState } from '../../model/desired.ts';
import type { Estate } from '../../model/estate.ts';
import type { IgnoredObject } from '../../model/import-report.ts';
import { inOrder } from '../../model/values/in-order.ts';
import { clientMatcher } from './client-globs.ts';
import { declaredIn, declaredLeftOut, isOfOthers } from './declared.ts';

/** M2M clients that are there and that no manifest declares, but for those that another stack answers for. */
export interface UndeclaredClients {
  /** client_ids of those that the Target does not ignore, sorted. */
  readonly shadow: readonly string[];
  /** Those that it ignores, sorted by id. */
  readonly ignored: readonly IgnoredObject[];
  /** Entries of `spec.ignore` that ignore nothing, as sentences. */
  readonly notices: readonly string[];
}

/** Clients that are left out for these reasons have somebody who answers for them. */
const ANSWERED_FOR: ReadonlySet<string> = new Set(['other-stack', 'own-account']);

/** Which clients of a target nobody declared, whether manifests could say them or not. */
export function undeclaredClients(estate: Estate, desired: DesiredState): UndeclaredClients {
  const { stack, ignore = [] } = desired.target;
  const declared = declaredIn(desired);
  const said = estate.clients.filter((client) => declared.client(client) === undefined && !isOfOthers(client, stack));
  const unsaid = estate.leftOut.filter(
    (object) =>
      object.kind === 'Client' &&
      !ANSWERED_FOR.has(object.reason) &&
      !isOfOthers(object, stack) &&
      declaredLeftOut(object, declared) === undefined,
  );
  const ids = inOrder([...said.map(({ clientId }) => clientId), ...unsaid.map(({ id }) => id)]);
  const entries = ignore.map((entry) => ({ ...entry, matches: clientMatcher([entry.client]) }));
  const reasonOf = (id: string): string | undefined => entries.find(({ matches }) => matches(id))?.reason;
  return {
    shadow: ids.filter((id) => reasonOf(id) === undefined),
    ignored: ids.flatMap((id) => {
      const reason = reasonOf(id);
      return reason === undefined ? [] : [{ id, reason }];
    }),
    notices: entries
      .filter(({ matches }) => !ids.some(matches))
      .map(({ client }) => `spec.ignore of the Target names ${client}, and no undeclared client has such a client_id.`),
  };
}
