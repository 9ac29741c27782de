import { isKind } from '../../model/address.ts';
import type { Change } from '../../model/plan.ts';
import { isJsonObject } from '../../model/values/json.ts';
import type { Fields } from '../../model/state.ts';
import { dependingOn } from './depending-on.ts';

/** A client that logs in by an issuer is written once that is there as it should be, and the issuer goes after its clients. */
export function linkIssuers(changes: readonly Change[]): readonly Change[] {
  const issuers = changes.filter(({ address }) => isKind(address, 'Issuer'));
  if (issuers.length === 0) return changes;
  const made = new Map(
    issuers.flatMap((change) => ('after' in change ? [[change.after['alias'], change.address]] : [])),
  );
  return changes.map((change) => {
    if (isKind(change.address, 'Issuer')) {
      if (change.op !== 'delete') return change;
      const alias = change.before['alias'];
      const users = changes.filter((user) => 'before' in user && issuerIn(user.before) === alias);
      return dependingOn(
        change,
        users.filter(({ address }) => isKind(address, 'Client')).map(({ address }) => address),
      );
    }
    const alias = 'after' in change ? issuerIn(change.after) : undefined;
    const issuer = alias === undefined ? undefined : made.get(alias);
    return issuer === undefined ? change : dependingOn(change, [issuer]);
  });
}

/** The alias of the issuer in a client's fields, of any provider that has some. */
function issuerIn({ identity }: Fields): string | undefined {
  const alias = isJsonObject(identity) ? identity['alias'] : undefined;
  return typeof alias === 'string' ? alias : undefined;
}
