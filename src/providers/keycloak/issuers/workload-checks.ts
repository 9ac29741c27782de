import { identityIn } from '../../../model/auth-method.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import type { ProofCheck } from '../../../model/report.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import type { GrantFacts } from '../../provider.ts';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';
import { askClientFlow } from './client-flow.ts';
import type { FlowAnswer } from './client-flow.ts';
import { issuerToFields, takesAssertions } from './issuer-fields.ts';
import type { ProviderRow } from './issuer-fields.ts';
import { fetchKeys } from './issuer-keys.ts';
import { listIssuers } from './list-issuers.ts';

type Checks = GrantFacts['checks'];

/** What keeps workloads from logging in, beside their tokens: by the names of the clients that log in so. */
export async function workloadChecks(
  { api, ports }: { readonly api: KeycloakApi; readonly ports: HttpPorts },
  clients: readonly DesiredClient[],
): Promise<Checks> {
  const workloads = clients.flatMap(({ name, auth }) => {
    const identity = identityIn(auth);
    return identity === null ? [] : [{ name, alias: identity.alias }];
  });
  if (workloads.length === 0) return new Map();
  const [flow, rows] = await Promise.all([askClientFlow(api), unlessForbidden(listIssuers(api))]);
  const aliases = [...new Set(workloads.map(({ alias }) => alias))];
  const ofIssuers = new Map(
    await Promise.all(aliases.map(async (alias) => [alias, await issuerChecks(ports, alias, rows)] as const)),
  );
  return new Map(
    workloads.map(({ name, alias }) => [name, [flowCheck(flow), ...(ofIssuers.get(alias) ?? [])]] as const),
  );
}

/** The checks of a client, of both kinds. */
export function joinChecks(left: Checks, right: Checks): Checks {
  if (right.size === 0) return left;
  const names = new Set([...left.keys(), ...right.keys()]);
  return new Map([...names].map((name) => [name, [...(left.get(name) ?? []), ...(right.get(name) ?? [])]]));
}

function flowCheck(flow: FlowAnswer): ProofCheck {
  const claim = 'clients of the realm may log in as workloads';
  if (flow === 'complete') return { claim, outcome: 'passed' };
  if (flow !== 'unknown') return { claim, outcome: 'failed', detail: flow.why };
  return { claim, outcome: 'not-testable', detail: "grantry's account may not look: it takes view-realm" };
}

async function issuerChecks(
  ports: HttpPorts,
  alias: string,
  rows: readonly ProviderRow[] | undefined,
): Promise<ProofCheck[]> {
  const claim = `issuer ${alias} is there, and takes tokens of workloads`;
  if (rows === undefined) {
    return [
      { claim, outcome: 'not-testable', detail: "grantry's account may not look: it takes view-identity-providers" },
    ];
  }
  const row = rows.find((each) => each.alias === alias);
  const why = row === undefined ? 'the realm has no such identity provider' : whyUnusable(row);
  if (row === undefined || why !== undefined) return [{ claim, outcome: 'failed', detail: why ?? '' }];
  return [{ claim, outcome: 'passed' }, await keysCheck(ports, row)];
}

/** Why no client can log in by an identity provider, as it is. */
export function whyUnusable(row: ProviderRow): string | undefined {
  if (row.enabled !== true) return 'it is disabled';
  return takesAssertions(row) ? undefined : 'it takes no client assertions (Supports client assertions is off)';
}

/** Keycloak fetches them itself, and may reach what this machine does not. */
async function keysCheck(ports: HttpPorts, row: ProviderRow): Promise<ProofCheck> {
  const claim = `the keys of issuer ${row.alias} can be fetched`;
  const { trusts, jwksUrl } = issuerToFields(row);
  const found = await fetchKeys(ports, {
    kind: row.providerId,
    url: [trusts, jwksUrl].find((url) => typeof url === 'string') ?? '',
    jwksUrl: typeof jwksUrl === 'string' ? jwksUrl : undefined,
  });
  if ('found' in found) return { claim, outcome: 'passed' };
  const detail = `not from here: ${found.why}. Keycloak fetches them itself, and refuses the workload (401) where it cannot`;
  return { claim, outcome: 'not-testable', detail };
}
