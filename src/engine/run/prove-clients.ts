import type { Secret } from '../../model/secrets/secret.ts';
import type { Endpoints } from '../../model/state.ts';
import type { Expectation } from '../proof/expectation.ts';
import { proveAll } from '../proof/prove-all.ts';
import type { WorkloadPorts } from '../proof/prove-workload.ts';
import type { Proofs } from '../proof/prove-all.ts';
import type { OpenTarget } from './open-target.ts';
import type { RunContext } from './run-context.ts';

/** What is to be proven, and how many clients at a time. */
export interface ProofWork {
  readonly expectations: readonly Expectation[];
  readonly endpoints: Endpoints;
  readonly inFlight: number;
  /** A token of a workload, which this run was given. */
  readonly assertion?: Secret | undefined;
}

/** Proves clients and reports how far it is; begins no more once the run is stopped. */
export async function proveClients(
  { expectations, endpoints, inFlight, assertion }: ProofWork,
  { provider, store, ports }: Pick<OpenTarget, 'provider' | 'store' | 'ports'>,
  context: RunContext,
): Promise<Proofs> {
  context.emit({ kind: 'work-begun', unit: 'proof', total: expectations.length });
  return proveAll(expectations, endpoints, store, ports, {
    inFlight,
    stopped: () => context.signal.aborted,
    workload: { ...evaluator(provider), assertion },
    onProof: (proof) => context.emit({ kind: 'proof-ended', proof }),
  }).finally(() => context.emit({ kind: 'work-ended', unit: 'proof' }));
}

function evaluator({ federation }: OpenTarget['provider']): Pick<WorkloadPorts, 'evaluate'> {
  if (federation === undefined) return {};
  return { evaluate: (clientId, parameters) => federation.evaluate(clientId, parameters) };
}
