import { isKind, kindOf } from '../../model/address.ts';
import type { Address, Kind } from '../../model/address.ts';
import { nameSome } from '../../model/text/counting.ts';
import { asSentence } from '../../model/text/sentence.ts';
import type { Change, Conflict } from '../../model/plan.ts';
import { OWN_ACCOUNT_HINT, WHOLE_OBJECT, isOurs, isOwnAccount, objectsByAddress } from '../../model/state.ts';
import type { ActualObject, ActualState, DesiredObject, Fields } from '../../model/state.ts';
import { partsInTheWay } from './adoption.ts';
import type { Adoption } from './adoption.ts';

/**
 * What is in the way of a plan: objects of others, scopes that others use, objects that cannot be. Of a plan of a part,
 * `reach` is what it concerns.
 */
export function findConflicts(
  projected: readonly DesiredObject[],
  changes: readonly Change[],
  actual: ActualState,
  adoption: Adoption,
  reach?: ReadonlySet<Address>,
): Conflict[] {
  const actualOf = objectsByAddress(actual);
  // A part of a target shows nothing of the rest.
  const isNew = reach === undefined && !actual.objects.some(isOurs);
  const own = ownAccounts(projected, changes, actual);
  return [
    ...[...own].map(ownAccountConflict),
    ...actual.impossible.filter(({ address }) => reach === undefined || reach.has(address)),
    ...thereOf(projected, actual)
      .filter(({ address }) => !own.has(address))
      .flatMap((object) => ownershipConflicts(object, adoption, isNew)),
    ...changes.flatMap((change) => removedScopeConflicts(change, actualOf.get(change.address))),
  ];
}

/** Addresses at which grantry's own account is declared, or would be changed. */
function ownAccounts(
  projected: readonly DesiredObject[],
  changes: readonly Change[],
  actual: ActualState,
): ReadonlySet<Address> {
  const { ownClientId, objects } = actual;
  if (ownClientId === undefined) return new Set();
  const claimed = projected.filter(
    ({ address, fields }) => isKind(address, 'Client') && fields['clientId'] === ownClientId,
  );
  const touched = new Set([...projected, ...changes].map(({ address }) => address));
  const there = objects.filter((object) => touched.has(object.address) && isOwnAccount(object, actual));
  return new Set([...claimed, ...there].map(({ address }) => address));
}

function ownAccountConflict(address: Address): Conflict {
  return { address, reason: 'it is the client that grantry itself logs in with', hint: OWN_ACCOUNT_HINT };
}

/** What is there of the objects that are wanted. */
function thereOf(projected: readonly DesiredObject[], actual: ActualState): ActualObject[] {
  const actualOf = objectsByAddress(actual);
  // Of what cannot be anyway, whose it is does not matter.
  const impossible = new Set(actual.impossible.map(({ address }) => address));
  return projected.flatMap(({ address }) => (impossible.has(address) ? [] : (actualOf.get(address) ?? [])));
}

/** Of a stack that is `isNew`, having nothing in the target, the name may be a typo. */
function ownershipConflicts(actual: ActualObject, adoption: Adoption, isNew: boolean): Conflict[] {
  const { address } = actual;
  const { other, alone } = WAYS_OUT[kindOf(address)];
  const question = isNew ? 'Nothing here belongs to the stack of this Target: is its spec.stack right? If so, ' : '';
  return partsInTheWay(actual, adoption).map(({ what, stack }) =>
    stack === undefined
      ? {
          address,
          reason: `${what} exists already, and no mark says that this stack owns it`,
          hint: asSentence(`${alone}, or take the object over with --adopt ${address}.`),
        }
      : {
          address,
          reason: `${what} belongs to the stack ${stack}`,
          hint: asSentence(`${question}${other}, or take it over with --adopt ${address}@${stack}.`),
        },
  );
}

/** What to do beside taking an object over: of one that another stack owns, and of one that nobody does. */
const WAYS_OUT: Readonly<Record<Kind, { readonly other: string; readonly alone: string }>> = {
  Api: { other: 'set managed: false to grant it only', alone: 'give the manifest another name' },
  Client: { other: 'give the manifest another name', alone: 'give the manifest another name' },
  Rotation: { other: 'give the manifest another name', alone: 'give the manifest another name' },
  Issuer: {
    other: 'leave its url out of the Target to use it as it is',
    alone: 'leave its url out of the Target to use it as it is',
  },
};

/** What goes would be taken without a word from everybody who uses it. */
function removedScopeConflicts(change: Change, actual: ActualObject | undefined): Conflict[] {
  if (!('before' in change) || actual?.outsideHolders === undefined) return [];
  const { address, op } = change;
  if (isKind(address, 'Issuer')) return op === 'delete' ? removedIssuerConflicts(address, actual.outsideHolders) : [];
  const [had, has] = [scopesIn(change.before), 'after' in change ? scopesIn(change.after) : []];
  return Object.entries(actual.outsideHolders)
    .filter(([scope]) => op === 'delete' || (had.includes(scope) && !has.includes(scope)))
    .map(([scope, clients]) =>
      scope === WHOLE_OBJECT
        ? {
            address,
            reason: `it is to be deleted, but clients outside this stack may call it: ${clients.join(', ')}`,
            hint: 'Take that from these clients first, or keep the manifest.',
          }
        : {
            address,
            reason: `scope ${scope} is to be deleted, but clients outside this stack hold it: ${clients.join(', ')}`,
            hint: 'Take the scope from these clients first, or keep it in the manifest.',
          },
    );
}

function removedIssuerConflicts(address: Address, holders: ActualObject['outsideHolders'] & {}): Conflict[] {
  const clients = Object.values(holders).flat();
  if (clients.length === 0) return [];
  return [
    {
      address,
      reason: `it is to be deleted, but clients outside this stack log in by it: ${nameSome(clients, MOST_NAMED)}`,
      hint: 'Give these clients another way to log in first, or keep the issuer in the Target.',
    },
  ];
}

const MOST_NAMED = 10;

function scopesIn({ scopes }: Fields): string[] {
  return typeof scopes === 'object' && scopes !== null ? Object.keys(scopes) : [];
}
