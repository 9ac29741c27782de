import { addressOf, isKind } from '../../../model/address.ts';
import { issuersInUse, managedIssuers } from '../../../model/issuers.ts';
import { asSentence } from '../../../model/text/sentence.ts';
import type { DesiredState } from '../../../model/desired.ts';
import type { ActualObject, ActualState } from '../../../model/state.ts';
import { WHOLE_OBJECT } from '../../../model/state.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import type { ReadSelection } from '../../provider.ts';
import { MARK } from '../convert/marks.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { ServerInfo } from '../versions/server-info.ts';
import { issuerToFields } from './issuer-fields.ts';
import type { ProviderRow } from './issuer-fields.ts';
import { completeIssuers } from './issuer-keys.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { askClientFlow } from './client-flow.ts';
import type { FlowAnswer } from './client-flow.ts';
import { missingIssuers } from './missing-issuers.ts';
import { issuersInTheWay } from './issuers-in-the-way.ts';
import { listIssuers } from './list-issuers.ts';

/** What is read of issuers. */
export type IssuerState = Pick<ActualState, 'objects' | 'impossible'> & IssuerKeys;

/** Where it is read. */
export interface IssuerSource {
  readonly api: KeycloakApi;
  readonly server: ServerInfo;
  /** Issuers are asked without any credential. */
  readonly ports: HttpPorts;
}

export const NO_ISSUERS: IssuerState = { objects: [], impossible: [], completions: new Map(), notices: [] };

/**
 * Whether identity providers are looked at: only where the Target names issuers, and the part of it that is looked at has to do
 * with them. Nobody else's account needs the right to.
 */
export function looksAtIssuers(desired: DesiredState, only: ReadSelection | undefined): boolean {
  const { issuers } = desired.target;
  if (issuers === undefined) return false;
  if (issuersInUse(desired).length > 0) return true;
  if (only !== undefined) return [...only.addresses].some((address) => isKind(address, 'Issuer'));
  // What was made and is declared no longer must be found.
  return issuers.length === 0 || managedIssuers(desired.target).length > 0;
}

/** Reads the issuers that the stack has in the realm, and what its wanted ones meet there. */
export async function readIssuers(source: IssuerSource, desired: DesiredState): Promise<IssuerState> {
  const { target } = desired;
  const rows = await listIssuers(source.api);
  const claims = claimIssuers(rows, desired);
  const [impossible, keys, flow] = await Promise.all([
    issuersInTheWay(source.server, desired, claims),
    completeIssuers(source.ports, target, claims),
    issuersInUse(desired).length === 0 ? NOT_ASKED : askClientFlow(source.api),
  ]);
  return {
    objects: objectsOf(rows, claims, target.stack),
    impossible: [...impossible, ...keys.impossible, ...missingIssuers(source.api, rows, desired)],
    completions: keys.completions,
    notices: [...keys.notices, ...flowNotices(flow)],
  };
}

/** Nobody logs in so. */
const NOT_ASKED: FlowAnswer = 'complete';

function flowNotices(flow: FlowAnswer): string[] {
  if (flow === 'complete') return [];
  if (flow === 'unknown') {
    return [
      "Whether the realm lets clients log in as workloads is not known: grantry's account may not look at its client authentication flow (view-realm).",
    ];
  }
  return [`${asSentence(flow.why)}.`];
}

/** The identity provider that each declared issuer is, by the issuer's name: of its alias, or else with its mark. */
function claimIssuers(rows: readonly ProviderRow[], { target }: DesiredState): ReadonlyMap<string, ProviderRow> {
  const wanted = managedIssuers(target);
  const claimed = new Map(
    wanted.flatMap(({ name, alias }) => {
      const row = rows.find((each) => each.alias === alias);
      return row === undefined ? [] : [[name, row] as const];
    }),
  );
  const taken = new Set([...claimed.values()].map(({ alias }) => alias));
  for (const { name } of wanted) {
    const marked = rows.find(
      (row) => !taken.has(row.alias) && row.config?.[MARK.stack] === target.stack && row.config[MARK.name] === name,
    );
    if (!claimed.has(name) && marked !== undefined) claimed.set(name, marked);
  }
  return claimed;
}

function objectsOf(
  rows: readonly ProviderRow[],
  claims: ReadonlyMap<string, ProviderRow>,
  stack: string,
): ActualObject[] {
  const nameOfRow = new Map([...claims].map(([name, { alias }]) => [alias, name]));
  const taken = new Set(nameOfRow.values());
  return rows.flatMap((row): ActualObject[] => {
    const owner = row.config?.[MARK.stack] || undefined;
    const claimed = nameOfRow.get(row.alias);
    if (claimed === undefined && owner !== stack) return [];
    // A mark may be copied, and an issuer be declared under a name that another had.
    const names = [row.config?.[MARK.name], row.alias, row.internalId].filter((name) => name && !taken.has(name));
    const name = claimed ?? names[0] ?? row.alias;
    taken.add(name);
    const foreign = owner === stack ? [] : [{ what: `identity provider ${row.alias}`, stack: owner }];
    return [{ address: addressOf('Issuer', name), id: row.alias, owner: '', foreign, fields: issuerToFields(row) }];
  });
}

/** With the clients outside the stack that log in by each, as `holders` says by alias. */
export function withHolders(
  objects: readonly ActualObject[],
  holders: ReadonlyMap<string, readonly string[]>,
): ActualObject[] {
  return objects.map((object) => {
    const clients = holders.get(object.id);
    return clients === undefined ? object : { ...object, outsideHolders: { [WHOLE_OBJECT]: clients } };
  });
}
