import type { Expectation } from '../engine/proof/expectation.ts';
import { proveAll } from '../engine/proof/prove-all.ts';
import type { Proofs } from '../engine/proof/prove-all.ts';
import { isProven } from '../model/report.ts';
import type { Endpoints } from '../model/state.ts';
import { monotonic } from '../platform/clock.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import type { Servers } from './open-target.ts';
import { Progress } from './output/progress.ts';

/** Proves clients and tells how far it is; ends early when the user stops the command. */
export async function proveWithProgress(
  expectations: readonly Expectation[],
  endpoints: Endpoints,
  { store, ports }: Pick<Servers, 'store' | 'ports'>,
  { parallelism }: Pick<CommandOptions, 'parallelism'>,
  io: CommandIo,
): Promise<Proofs> {
  const progress = new Progress(io.stderr, { what: 'proof', total: expectations.length }, monotonic);
  return proveAll(expectations, endpoints, store, ports, {
    inFlight: parallelism,
    stopped: () => io.signal.aborted,
    onProof: (proof) => progress.step(!isProven(proof)),
  }).finally(() => progress.end());
}
