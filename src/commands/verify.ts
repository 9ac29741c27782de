import { expectationsOf } from '../engine/proof/expectation.ts';
import type { DesiredState } from '../model/desired.ts';
import { isProven } from '../model/report.ts';
import { makeStyle, renderVerify } from '../report/index.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';
import { proveWithProgress } from '../cli/prove-with-progress.ts';
import { selectClients } from '../cli/select-clients.ts';
import { forEachTarget } from '../cli/targets.ts';

/** Proves clients with real tokens, from the credentials that lie in the store. Writes nothing. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const needs = { providerAccount: 'optional' as const, sideBySide: true };
  return forEachTarget(options, io, needs, async ({ desired, provider, store, ports, show }, io) => {
    const names = named(desired, options.args);
    const facts = await provider.readGrants(desired, names);
    const expectations = expectationsOf(desired, provider.capabilities, names, facts);
    const servers = { store, ports };
    const { proofs, outage } = await proveWithProgress(expectations, await provider.endpoints(), servers, options, io);
    if (outage !== undefined) throw outage;
    const report = {
      target: desired.target.name,
      stack: desired.target.stack,
      provider: provider.describe(),
      store: store.describe(),
      proofs,
    };
    show(renderVerify(report, { format: options.format, style: makeStyle(io.stdout) }));
    return proofs.length === expectations.length && proofs.every(isProven) ? 0 : 1;
  });
}

/** All, where none is named. */
function named(desired: DesiredState, args: readonly string[]): ReadonlySet<string> | undefined {
  return args.length === 0 ? undefined : selectClients(desired, args);
}
