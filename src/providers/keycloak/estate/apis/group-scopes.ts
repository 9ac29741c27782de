import type { DesiredState } from '../../../../model/desired.ts';
import { addToGroup, groupBy } from '../../../../model/values/groups.ts';
import { MARK } from '../../convert/marks.ts';
import type { ClientScopeRepresentation } from '../../convert/representations.ts';
import { meaningOfScope } from './scope-meaning.ts';
import type { ScopeOfApi, ScopeSurroundings } from './scope-meaning.ts';

/** An Api that is there: client scopes that put the same into tokens. */
export interface ScopeGroup extends Omit<ScopeOfApi, 'kind'> {
  /** Sorted by name; never empty. */
  readonly scopes: readonly ClientScopeRepresentation[];
}

/** A client scope with an audience that no Api can have, and why, as the end of `The client scope …`. */
export interface StrayScope {
  readonly scope: ClientScopeRepresentation;
  readonly why: string;
}

/** The client scopes of a realm by the Apis that they make up. */
export interface GroupedScopes {
  readonly groups: readonly ScopeGroup[];
  readonly strays: readonly StrayScope[];
  /** The audience of each scope of an Api, by the scope's name; those of declared Apis too. */
  readonly audienceOf: ReadonlyMap<string, string>;
}

/** What manifests declare stays as it is declared; the rest is grouped by audience. */
export function groupScopes(
  scopes: readonly ClientScopeRepresentation[],
  { apis }: Pick<DesiredState, 'apis'>,
  surroundings: ScopeSurroundings,
): GroupedScopes {
  const declaredFor = new Map(apis.flatMap((api) => api.scopes.map(({ name }) => [name, api.audience] as const)));
  const declared = new Set(apis.map(({ audience }) => audience));
  const strays: StrayScope[] = [];
  const byAudience = new Map<string, Candidate[]>();
  for (const scope of scopes.toSorted(byName)) {
    if (declaredFor.has(scope.name)) continue;
    const meaning = meaningOfScope(scope, surroundings);
    if (meaning.kind === 'unsayable') strays.push({ scope, why: meaning.why });
    else if (meaning.kind === 'api' && declared.has(meaning.audience)) strays.push({ scope, why: UNNAMED });
    else if (meaning.kind === 'api') addToGroup(byAudience, meaning.audience, { scope, meaning });
  }
  const groups: ScopeGroup[] = [];
  for (const candidates of byAudience.values()) {
    const { group, others } = largestGroup(candidates);
    groups.push(group);
    strays.push(...others.map(({ scope }) => ({ scope, why: OTHERWISE })));
  }
  const found = groups.flatMap(({ audience, scopes: of }) => of.map(({ name }) => [name, audience] as const));
  return { groups, strays, audienceOf: new Map([...declaredFor, ...found]) };
}

interface Candidate {
  readonly scope: ClientScopeRepresentation;
  readonly meaning: ScopeOfApi;
}

const UNNAMED = 'puts an audience into tokens whose Api is declared, and that manifest does not name it';

const OTHERWISE =
  'puts the same audience into tokens as others, but not the same claims, client for introspection or mark, which an Api has once';

/** An audience has one Api: the scopes that agree with the most others make it up. Of two as large the one that was read first by name. */
function largestGroup(candidates: readonly Candidate[]): { group: ScopeGroup; others: readonly Candidate[] } {
  const alike = [...groupBy(candidates, whatAllShare).values()].toSorted((one, other) => other.length - one.length);
  const [largest = [], ...rest] = alike;
  const [first] = largest;
  if (first === undefined) throw new TypeError('an audience of no scope');
  const { audience, introspectedBy, claims } = first.meaning;
  const scopes = largest.map(({ scope }) => scope);
  return { group: { audience, introspectedBy, claims, scopes }, others: rest.flat() };
}

function whatAllShare({ scope: { attributes }, meaning: { introspectedBy, claims } }: Candidate): string {
  const marks = [MARK.stack, MARK.api, MARK.owner].map((name) => attributes[name] ?? null);
  return JSON.stringify([introspectedBy ?? null, claims, marks]);
}

function byName(left: ClientScopeRepresentation, right: ClientScopeRepresentation): number {
  return left.name < right.name ? -1 : 1;
}
