import { isDeepStrictEqual } from 'node:util';
import { addressOf } from '../../model/address.ts';
import { parseDuration } from '../../model/duration.ts';
import type { ActualState } from '../../model/state.ts';
import type { ReadSelection } from '../provider.ts';
import type { KeycloakApi } from './api.ts';
import { readOverlaps } from './client-policies.ts';
import { ATTRIBUTE, MARK, parseSeconds } from './marks.ts';
import type { ClientRepresentation } from './representations.ts';
import { parseOverlapMark, projectOverlap } from './rotation.ts';

/**
 * Clients of a part whose secret before may still be accepted, and would be so no longer once anything were written to
 * them: the overlap that they have is not set up as it should be, and to set it up is not in the part.
 */
export async function endangeredClients(
  api: KeycloakApi,
  clients: readonly ClientRepresentation[],
  names: ReadonlyMap<string, string>,
  { stack, only }: { readonly stack: string; readonly only: ReadSelection },
): Promise<ActualState['impossible']> {
  const risky = clients.flatMap((client) => {
    const { id, attributes } = client;
    const address = addressOf('Client', names.get(id) ?? client.clientId);
    const until = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
    const overlap = parseOverlapMark(attributes);
    const seconds = parseDuration(overlap ?? '');
    if (until === undefined || overlap === null || seconds === undefined || !only.addresses.has(address)) return [];
    const rotation = addressOf('Rotation', overlap);
    return attributes[MARK.stack] !== stack || only.addresses.has(rotation)
      ? []
      : [{ address, rotation, seconds, until }];
  });
  if (risky.length === 0) return [];
  const wanted = risky.map(({ rotation }) => rotation);
  const { objects } = await readOverlaps(api, { stack, wanted, certain: false });
  const present = new Map(objects.map(({ address, fields }) => [address, fields]));
  return risky
    .filter(({ rotation, seconds }) => !isDeepStrictEqual(present.get(rotation), projectOverlap(seconds, stack).fields))
    .map(({ address, rotation, until }) => ({
      address,
      reason: `its secret before is accepted until ${new Date(until * 1000).toISOString()}, and a write would end that: ${rotation} is not set up as it should be`,
      hint: `Plan ${rotation} too, best all of the target.`,
    }));
}
