import type { JWTPayload } from 'jose';
import type { ServiceAccountRoles } from '../../model/desired.ts';
import type { ProofCheck } from '../../model/report.ts';
import type { ExpectedToken } from './expected-tokens.ts';

/** What one token must say, and of whom it is. */
export type TokenClaims = Pick<
  ExpectedToken,
  | 'which'
  | 'scopes'
  | 'audiences'
  | 'clients'
  | 'mayLack'
  | 'lifetime'
  | 'longest'
  | 'roles'
  | 'unsure'
  | 'unsureScopes'
>;

/** Checks the claims of a token whose signature is good; pure. */
export function checkClaims(payload: JWTPayload, expected: TokenClaims, clientId: string): ProofCheck[] {
  const { which, scopes, clients = [], mayLack = [], unsure, unsureScopes } = expected;
  const audiences = expected.audiences.filter((id) => !mayLack.includes(id) || audiencesIn(payload).includes(id));
  const roles = rolesOf(expected, payload);
  return [
    compare(`${which} carries ${listed(scopes, 'no scope')}`, scopes, scopesIn(payload), unsureScopes),
    withoutClients(
      compare(`${which} is for ${listed(audiences, 'no audience')}`, audiences, audiencesIn(payload), unsure),
      clients.filter((id) => audiences.includes(id) && !audiencesIn(payload).includes(id)),
    ),
    compare(`${which} is of ${clientId}`, [clientId], textIn(payload['azp'] ?? payload['client_id'])),
    checkLifetime(payload, expected),
    compare(`${which} carries ${listed(roles, 'no role')}`, roles, rolesIn(payload), unsure),
  ];
}

/** Those that it must carry: of a client that a server leaves out there are none. */
function rolesOf({ roles: { realm, clients }, mayLack = [] }: TokenClaims, payload: JWTPayload): string[] {
  const present = objectIn(payload['resource_access']);
  const named = Object.entries(clients).filter(([id]) => !mayLack.includes(id) || Object.hasOwn(present, id));
  return describeRoles({ realm, clients: Object.fromEntries(named) });
}

/** Names the usual reason for which a client is in no token, though it should be. */
function withoutClients(check: ProofCheck, missing: readonly string[]): ProofCheck {
  if (check.outcome !== 'failed' || missing.length === 0) return check;
  const who = missing.join(', ');
  return {
    ...check,
    detail: `${check.detail ?? ''} (a client that is disabled or gone is in no token: see whether ${who} is enabled)`,
  };
}

/** `unsure`: why more than is wanted may be right, too. */
function compare(claim: string, wanted: readonly string[], found: readonly string[], unsure?: string): ProofCheck {
  const same = wanted.length === found.length && wanted.every((value, index) => value === found[index]);
  if (same) return { claim, outcome: 'passed' };
  const [missing, surplus] = [
    wanted.filter((value) => !found.includes(value)),
    found.filter((value) => !wanted.includes(value)),
  ];
  if (missing.length === 0 && unsure !== undefined) {
    return { claim, outcome: 'not-testable', detail: `it has ${surplus.join(', ')} too, and ${unsure}` };
  }
  const parts = [
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]),
    ...(surplus.length === 0 ? [] : [`too much: ${surplus.join(', ')}`]),
  ];
  return { claim, outcome: 'failed', detail: parts.join('; ') };
}

function checkLifetime({ exp, iat }: JWTPayload, { lifetime: wanted, longest, which }: TokenClaims): ProofCheck {
  const found = exp === undefined || iat === undefined ? undefined : exp - iat;
  if (wanted === undefined) {
    const claim = `${which} ends`;
    return found === undefined
      ? { claim, outcome: 'failed', detail: 'it has no exp and iat' }
      : { claim, outcome: 'passed', detail: `after ${found} s, the default of the provider` };
  }
  const claim = `${which} lives ${wanted} s`;
  if (found !== undefined && Math.abs(found - wanted) <= GRAIN) return { claim, outcome: 'passed' };
  const isCutOff = longest !== undefined && longest.seconds < wanted;
  const why = isCutOff ? `: the server ends every token after ${longest.seconds} s (${longest.setting})` : '';
  return { claim, outcome: 'failed', detail: `it lives ${found ?? '?'} s${why}` };
}

/** Servers read their clock once for `iat` and once for `exp`, and a second may end in between. */
const GRAIN = 1;

function listed(names: readonly string[], none: string): string {
  return names.length === 0 ? none : `exactly ${names.join(', ')}`;
}

/** The `scope` claim (RFC 9068 section 2.2.3), blank-separated. */
function scopesIn({ scope }: JWTPayload): string[] {
  return typeof scope === 'string'
    ? scope
        .split(' ')
        .filter((name) => name !== '')
        .toSorted()
    : [];
}

function audiencesIn({ aud }: JWTPayload): string[] {
  return aud === undefined ? [] : [aud].flat().toSorted();
}

function textIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : [];
}

function describeRoles({ realm, clients }: ServiceAccountRoles): string[] {
  const ofClients = Object.entries(clients).flatMap(([client, names]) => names.map((name) => `${client}/${name}`));
  return [...realm, ...ofClients].toSorted();
}

/** `realm_access` and `resource_access`: where servers that have roles write them. */
function rolesIn(payload: JWTPayload): string[] {
  const ofClients = Object.entries(objectIn(payload['resource_access'])).flatMap(([client, access]) =>
    namesIn(access).map((name) => `${client}/${name}`),
  );
  return [...namesIn(payload['realm_access']), ...ofClients].toSorted();
}

function namesIn(access: unknown): string[] {
  const { roles } = objectIn(access);
  return Array.isArray(roles) ? roles.filter((name): name is string => typeof name === 'string') : [];
}

function objectIn(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
