import type { FieldDifference } from '../../model/field-words.ts';
import picomatch from 'picomatch';
import { addressOf, isKind, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import { nameSome } from '../../model/text/counting.ts';
import type { DesiredState } from '../../model/desired.ts';
import { addToGroup, groupBy } from '../../model/values/groups.ts';
import { isJsonList } from '../../model/values/json.ts';
import type { BrokenGuard, Change } from '../../model/plan.ts';
import type { ActualState, ApiOrigin } from '../../model/state.ts';
import { leafDifferences } from './field-changes.ts';

/** Where things that others own are named. */
export interface Surroundings {
  readonly desired: Pick<DesiredState, 'apis' | 'clients'>;
  readonly actual: Pick<ActualState, 'origins' | 'sharedAudiences'>;
}

/** The changes, each with the fields by which it reaches what others own: their scopes, their audiences, their tokens. */
export function markForeign(changes: readonly Change[], surroundings: Surroundings): Change[] {
  const owners = wordsOf(surroundings);
  if (owners.size === 0) return [...changes];
  return changes.map((change) => {
    const words = owners.get(change.address) ?? (isKind(change.address, 'Client') ? owners.get(ANY_CLIENT) : undefined);
    if (words === undefined || change.op === 'delete' || change.op === 'deliver') return change;
    const before = 'before' in change ? change.before : undefined;
    const foreign = leafDifferences(before, change.after).flatMap((leaf) => {
      const gained = gainedBy(leaf);
      const whose = words.flatMap((word) => (gained.length > 0 && word.fits(leaf, gained) ? [word.text] : []));
      return whose.length === 0 ? [] : [[leaf.path.join(' '), listed(whose.toSorted())] as const];
    });
    return foreign.length === 0 ? change : { ...change, foreign: Object.fromEntries(foreign) };
  });
}

/** What is to be said of a field of an object, where it gains something. */
interface Word {
  readonly text: string;
  readonly fits: (leaf: FieldDifference, gained: readonly string[]) => boolean;
}

/** In place of the address of a client: grants are worded alike wherever they are. */
const ANY_CLIENT = 'Client/*';

function wordsOf({ desired, actual }: Surroundings): Map<string, Word[]> {
  const words = new Map<string, Word[]>();
  for (const [address, origins] of groupBy(actual.origins ?? [], (origin) => origin.address)) {
    const text = origins.map(describeOrigin).join(', ');
    addToGroup(words, ANY_CLIENT, { text, fits: ({ path }) => path[0] === 'access' && path[1] === nameOf(address) });
  }
  for (const { address, audience, by } of actual.sharedAudiences ?? []) {
    const fits = ({ path }: FieldDifference, gained: readonly string[]): boolean =>
      path.at(-1) === 'audience' && gained.includes(audience);
    addToGroup(words, address, { text: `${by} gives this audience too`, fits });
  }
  const clients = new Map(desired.clients.map((client) => [client.name, client]));
  for (const { name, owner, introspectedBy } of desired.apis) {
    const client = introspectedBy === undefined ? undefined : clients.get(introspectedBy);
    if (client === undefined || client.owner === owner) continue;
    const whose = client.owner === '' ? 'has no owner' : `is of the owner ${client.owner}`;
    addToGroup(words, addressOf('Api', name), { text: `Client/${client.name} ${whose}`, fits: isIntrospection });
  }
  return words;
}

const MOST_NAMED = 3;

function listed(texts: readonly string[]): string {
  return nameSome(texts, MOST_NAMED, '; ');
}

function isIntrospection({ path }: FieldDifference): boolean {
  return path.at(-1) === 'introspectedBy';
}

/** What a list, or a text, has that it had not. */
function gainedBy({ before, after }: FieldDifference): string[] {
  const [had, has] = [before, after].map((side) =>
    isJsonList(side) ? side.filter((item) => typeof item === 'string') : typeof side === 'string' ? [side] : [],
  );
  return (has ?? []).filter((item) => had?.includes(item) !== true);
}

function describeOrigin({ stack, owner }: ApiOrigin): string {
  return [stack === undefined ? 'of no stack' : `of the stack ${stack}`, owner === undefined ? '' : `owner ${owner}`]
    .filter((part) => part !== '')
    .join(', ');
}

/** Scopes of others that clients gain and that `guards.grantable` does not name. */
export function ungrantable(
  changes: readonly Change[],
  grantable: readonly string[] | undefined,
  { origins = [] }: Pick<ActualState, 'origins'>,
): BrokenGuard[] {
  if (grantable === undefined || origins.length === 0) return [];
  const mayGrant = grantTest(grantable);
  const refused = new Map(origins.filter((origin) => !mayGrant(origin)).map((origin) => [origin.address, origin]));
  return changes.flatMap((change) => {
    if (!isKind(change.address, 'Client') || change.op === 'delete' || change.op === 'deliver') return [];
    const gained = new Map<Address, string[]>();
    for (const leaf of leafDifferences('before' in change ? change.before : undefined, change.after)) {
      const [field, api = ''] = leaf.path;
      if (field !== 'access') continue;
      for (const scope of gainedBy(leaf)) addToGroup(gained, addressOf('Api', api), scope);
    }
    return [...gained].flatMap(([api, scopes]) => {
      const origin = refused.get(api);
      if (origin === undefined) return [];
      const reason = `${change.address} would be granted ${scopes.toSorted().join(', ')} of ${api}, ${describeOrigin(origin)}: the target does not allow that`;
      return [{ guard: 'grantable' as const, reason }];
    });
  });
}

function grantTest(patterns: readonly string[]): (origin: ApiOrigin) => boolean {
  const tests = patterns.map((pattern) => {
    const [, kind, glob = pattern] = /^(owner|stack):(.+)$/s.exec(pattern) ?? [];
    const matches = picomatch(glob);
    return ({ address, owner, stack }: ApiOrigin): boolean => {
      const value = kind === 'owner' ? owner : kind === 'stack' ? stack : nameOf(address);
      return value !== undefined && matches(value);
    };
  });
  return (origin) => tests.some((test) => test(origin));
}
