import type { FormatOptions, ParallelismOptions, TargetOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { makeRunContext } from '../../cli/listeners/run-context.ts';
import { forEachTarget } from '../../cli/targets.ts';
import { exitCodeOfOutcome } from '../../engine/run/outcome.ts';
import { verifyTarget } from '../../engine/run/verify-target.ts';
import { readAssertion } from './read-assertion.ts';
import { makeStyle, renderVerify } from '../../report/index.ts';

interface VerifyOptions extends TargetOptions, FormatOptions, ParallelismOptions {
  /** Names of clients; none: all. */
  readonly args: readonly string[];
  readonly assertionFrom: string | undefined;
}

/** Proves clients with real tokens, from the credentials that lie in the store. Writes nothing. */
export async function runVerify(options: VerifyOptions, io: CommandIo): Promise<number> {
  const { args, parallelism, format } = options;
  const assertion = readAssertion(options.assertionFrom, io);
  const request = { clients: args.length === 0 ? undefined : args, parallelism, assertion };
  return forEachTarget(options, io, { providerAccount: 'optional' }, async (target, io) => {
    const outcome = await verifyTarget(target, request, makeRunContext(io));
    io.stdout.write(renderVerify(outcome.report, { format, style: makeStyle(io.stdout) }));
    return exitCodeOfOutcome(outcome);
  });
}
