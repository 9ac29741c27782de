import { onlyOurs } from '../../apply/failure.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { Applied } from '../../apply/apply-plan.ts';
import { affectedClients } from '../../plan/resolve-plan.ts';
import type { ResolvedPlan } from '../../plan/resolve-plan.ts';
import { expectationsOf } from '../../proof/expectation.ts';
import type { Proofs } from '../../proof/prove-all.ts';
import type { ApplyRequest } from './apply-request.ts';
import type { OpenTarget } from '../open-target.ts';
import { proveClients } from '../prove-clients.ts';
import type { RunContext } from '../run-context.ts';

interface Proving {
  readonly target: OpenTarget;
  readonly request: Pick<ApplyRequest, 'parallelism'>;
  readonly context: RunContext;
}

/** Proves every client that changed, and those of Apis that changed: their tokens are others now. */
export async function proveAffected(
  { input, desired, done }: ResolvedPlan,
  { results }: Applied,
  { target, request, context }: Proving,
): Promise<Proofs> {
  const { provider } = target;
  const succeeded = results.filter(({ op, outcome }) => outcome === 'done' && op !== 'delete');
  const names = affectedClients([...done, ...succeeded.map(({ address }) => address)], desired);
  for (const { address, outcome } of results) if (outcome !== 'done') names.delete(address.replace(/^Client\//, ''));
  const facts = await provider.readGrants(desired, names).catch(onlyOurs);
  if (facts instanceof GrantryError) return { proofs: [], outage: facts };
  const expectations = expectationsOf(desired, provider, names, facts);
  const work = { expectations, endpoints: input.endpoints, inFlight: request.parallelism };
  return proveClients(work, target, context);
}
