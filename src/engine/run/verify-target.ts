import { isProven } from '../../model/report.ts';
import type { Secret } from '../../model/secrets/secret.ts';
import type { VerifyReport } from '../../model/report.ts';
import { expectationsOf } from '../proof/expectation.ts';
import { reportHead } from './open-target.ts';
import type { OpenTarget } from './open-target.ts';
import { readOnly } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { proveClients } from './prove-clients.ts';
import type { RunContext } from './run-context.ts';
import { selectClients } from './select-clients.ts';

export interface VerifyRequest {
  /** Names of clients; undefined: all. */
  readonly clients: readonly string[] | undefined;
  /** Proofs at the same time. */
  readonly parallelism: number;
  /** A token of a workload, with which its client is proven. */
  readonly assertion?: Secret | undefined;
}

/** Proves clients with real tokens, from the credentials that lie in the store. Writes nothing. */
export async function verifyTarget(
  target: OpenTarget,
  { clients, parallelism, assertion }: VerifyRequest,
  context: RunContext,
): Promise<Outcome<VerifyReport>> {
  const { desired, provider } = target;
  const names = clients === undefined ? undefined : selectClients(desired, clients);
  const facts = await provider.readGrants(desired, names);
  const expectations = expectationsOf(desired, provider, names, facts);
  const work = { expectations, endpoints: await provider.endpoints(), inFlight: parallelism, assertion };
  const { proofs, outage } = await proveClients(work, target, context);
  if (outage !== undefined) throw outage;
  const complete = proofs.length === expectations.length && proofs.every(isProven);
  return readOnly({ ...reportHead(target), proofs }, complete);
}
