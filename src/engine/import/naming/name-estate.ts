import type { EstateApi, EstateClient } from '../../../model/estate.ts';
import { RANK, nameObjects } from './name-objects.ts';
import type { Unnamed } from './name-objects.ts';
import { digestName, isName, slugOf, slugOfAudience } from './slug.ts';

/** Names by client_id, and by audience. */
export interface Names {
  readonly clients: ReadonlyMap<string, string>;
  readonly apis: ReadonlyMap<string, string>;
}

/** Names that manifests have, in whatever target. */
export interface TakenNames {
  readonly clients: ReadonlySet<string>;
  readonly apis: ReadonlySet<string>;
}

/** A name for each object; those of existing manifests are taken. */
export function nameEstate(
  { apis, clients }: { readonly apis: readonly EstateApi[]; readonly clients: readonly EstateClient[] },
  taken: TakenNames,
): Names {
  return {
    apis: nameObjects(apis.map(wishOfApi), taken.apis),
    clients: nameObjects(clients.map(wishOfClient), taken.clients),
  };
}

/** The name in the object's own mark wins: its stack knows it by that. */
function wishOfClient({ clientId: id, displayName, mark }: EstateClient): Unnamed {
  if (mark?.name !== undefined && isName(mark.name)) return { id, wanted: mark.name, rank: RANK.marked };
  const wanted = slugOf(displayName) ?? slugOf(id) ?? digestName('client', id);
  return { id, wanted, rank: wanted === id || wanted === displayName ? RANK.exact : RANK.derived };
}

function wishOfApi({ audience: id, displayName, mark }: EstateApi): Unnamed {
  if (mark?.name !== undefined && isName(mark.name)) return { id, wanted: mark.name, rank: RANK.marked };
  const wanted = slugOfAudience(displayName) ?? slugOfAudience(id) ?? digestName('api', id);
  return { id, wanted, rank: wanted === displayName ? RANK.exact : RANK.derived };
}
