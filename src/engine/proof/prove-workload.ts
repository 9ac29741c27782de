import { decodeJwt } from 'jose';
import type { FederatedIdentity } from '../../model/secrets/credential.ts';
import type { Secret } from '../../model/secrets/secret.ts';
import type { ProofCheck } from '../../model/report.ts';
import type { FederationFacet } from '../../providers/provider.ts';
import type { Login } from '../places/stored-credential.ts';
import { checkClaims } from './claims.ts';
import type { ExpectedToken } from './expected-tokens.ts';

/** With what a client is proven that no credential is kept of. */
export interface WorkloadPorts {
  /** Works a token out without issuing it; undefined: the provider cannot, or grantry has no account there. */
  readonly evaluate?: FederationFacet['evaluate'] | undefined;
  /** A token of a workload, which this run was given. It is good for the one whose subject it names. */
  readonly assertion?: Secret | undefined;
}

/** Who logs in by a token of its own. */
export interface WorkloadLogin extends Login {
  readonly credential: FederatedIdentity;
}

/** Of a client that no credential is kept of; with the workload's own token, where this run was given that. */
export function workloadLogin(
  { clientId, credential }: Login,
  { assertion }: WorkloadPorts,
): WorkloadLogin | undefined {
  if (credential.kind !== 'federated-jwt') return undefined;
  const isItsOwn = assertion !== undefined && subjectOf(assertion) === credential.subject;
  return { clientId, credential: isItsOwn ? { ...credential, assertion } : credential };
}

/** The provider judges the token: here only whose it is matters. */
function subjectOf(assertion: Secret): string | undefined {
  try {
    return decodeJwt(assertion.reveal()).sub;
  } catch {
    return undefined;
  }
}

const MARK = '(evaluated, not issued)';

/** What tokens would say, as the provider works them out: that shows what was granted, and not that the workload gets one. */
export async function proveEvaluated(
  clientId: string,
  tokens: readonly ExpectedToken[],
  { evaluate }: WorkloadPorts,
): Promise<ProofCheck[]> {
  const checks: ProofCheck[] = [];
  for (const wanted of tokens) {
    const which = `${wanted.which} ${MARK}`;
    const found = evaluate === undefined ? { why: NO_ACCOUNT } : await evaluate(clientId, wanted.parameters);
    if ('claims' in found) checks.push(...checkClaims(found.claims, { ...wanted, which }, clientId));
    else checks.push({ claim: `${which} says what was granted`, outcome: 'not-testable', detail: found.why });
  }
  return checks;
}

const NO_ACCOUNT = 'the provider is asked for that, and this run does not log in to it';

/** What only a token of the workload could show. */
export function unprovenLogin({ credential: { subject } }: WorkloadLogin, isDisabled: boolean): ProofCheck {
  return {
    claim: isDisabled ? 'a token is refused: the client is disabled' : 'the workload can log in',
    outcome: 'not-testable',
    detail: `what its tokens would say was evaluated, and none was issued: that takes a token of ${subject}: where this run can get one, verify --assertion-from env:NAME or file:PATH`,
  };
}

/** An issuer's token is good for one request, as long as nothing else is said of it. */
export const REFUSAL_UNPROVEN: ProofCheck = {
  claim: 'a scope that was not granted is refused',
  outcome: 'not-testable',
  detail: 'a token of the workload is good for one request',
};
