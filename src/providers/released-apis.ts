import { addressOf } from '../model/address.ts';
import type { Address } from '../model/address.ts';
import type { DesiredApi } from '../model/desired.ts';

/** Of the Apis that are marked as the stack's, those that manifests say another stack owns: nobody would change them any more. */
export function releasedApis(
  marked: Iterable<string>,
  apis: readonly Pick<DesiredApi, 'name' | 'managed'>[],
): Address[] {
  const names = new Set(marked);
  return apis.flatMap(({ name, managed }) => (!managed && names.has(name) ? [addressOf('Api', name)] : []));
}
