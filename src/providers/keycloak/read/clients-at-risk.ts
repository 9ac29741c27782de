import { isDeepStrictEqual } from 'node:util';
import { addressOf } from '../../../model/address.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import { parseDuration } from '../../../model/text/duration.ts';
import { describeMoment } from '../../../model/text/moment.ts';
import { overlapName } from '../../../model/rotation.ts';
import type { ActualState } from '../../../model/state.ts';
import type { ReadSelection } from '../../provider.ts';
import { readOverlaps } from '../policies/client-policies.ts';
import type { OverlapSource } from '../policies/client-policies.ts';
import { ATTRIBUTE, MARK, parseSeconds } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { parseOverlapMark, projectOverlap } from '../overlap/rotation.ts';

/**
 * Clients of a part whose previous secret may still be accepted, and would be so no longer once anything were written to
 * them: the overlap that they have, or are to have, is not set up as it should be, and to set it up is not in the part.
 */
export async function clientsAtRisk(
  source: OverlapSource,
  clients: readonly ClientRepresentation[],
  desiredOf: ReadonlyMap<string, DesiredClient>,
  { stack, only }: { readonly stack: string; readonly only: ReadSelection },
): Promise<ActualState['impossible']> {
  const risks = clients.flatMap(({ id, attributes }) => {
    const until = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
    const desired = desiredOf.get(id);
    if (until === undefined || desired === undefined || attributes[MARK.stack] !== stack) return [];
    const address = addressOf('Client', desired.name);
    const had = parseDuration(parseOverlapMark(attributes) ?? '');
    const overlaps = [had ?? 0, desired.credential.rotate.overlap].filter((seconds) => seconds > 0);
    return !only.addresses.has(address) ? [] : overlaps.map((seconds) => ({ address, seconds, until }));
  });
  const open = risks
    .map((risk) => ({ ...risk, rotation: addressOf('Rotation', overlapName(risk.seconds)) }))
    .filter(({ rotation }) => !only.addresses.has(rotation));
  if (open.length === 0) return [];
  const { objects } = await readOverlaps(source, {
    stack,
    wanted: open.map(({ rotation }) => rotation),
    certain: false,
  });
  const present = new Map(objects.map(({ address, fields }) => [address, fields]));
  return open
    .filter(({ rotation, seconds }) => !isDeepStrictEqual(present.get(rotation), projectOverlap(seconds, stack).fields))
    .map(({ address, rotation, until }) => ({
      address,
      reason: `its previous credential is accepted until ${describeMoment(until * 1000)}, and a write would end that: ${rotation} is not set up as it should be`,
      hint: `Plan ${rotation} too, best all of the target.`,
    }));
}
