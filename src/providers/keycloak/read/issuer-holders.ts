import { addToGroup } from '../../../model/values/groups.ts';
import { ATTRIBUTE, MARK } from '../convert/marks.ts';
import type { ClientListing } from './listing.ts';

/** client_ids of clients outside the stack that name an issuer, whatever they log in with today, by its alias; sorted. */
export function issuerHolders(
  { toExamine, others }: ClientListing,
  stack: string,
): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const { clientId, issuer } of others) if (issuer !== undefined) addToGroup(holders, issuer, clientId);
  for (const { clientId, attributes } of toExamine) {
    const issuer = attributes[ATTRIBUTE.issuer];
    if (issuer && attributes[MARK.stack] !== stack) addToGroup(holders, issuer, clientId);
  }
  return new Map([...holders].map(([alias, clients]) => [alias, clients.toSorted()]));
}
