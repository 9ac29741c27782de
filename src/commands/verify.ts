import { expectationsOf } from '../credentials/expectation.ts';
import { findNearest } from '../manifest/suggest.ts';
import { GrantryError } from '../model/errors.ts';
import type { DesiredState } from '../model/desired.ts';
import { isProven } from '../model/report.ts';
import { makeStyle, renderVerify } from '../report/index.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { proveWithProgress } from './prove-with-progress.ts';
import { forEachTarget } from './targets.ts';

/** Proves clients with real tokens, from the credentials that lie in the store. Writes nothing. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const needs = { providerAccount: false, sideBySide: true };
  return forEachTarget(options, io, needs, async ({ desired, provider, store, ports, show }, io) => {
    const expectations = expectationsOf(desired, provider.capabilities, selectClients(desired, options.args));
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

/** The clients named, as `order-service` or `Client/order-service`; undefined for all. */
function selectClients(desired: DesiredState, args: readonly string[]): ReadonlySet<string> | undefined {
  if (args.length === 0) return undefined;
  const known = desired.clients.map(({ name }) => name);
  const names = args.map((name) => name.replace(/^Client\//, ''));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = findNearest(unknown, known);
    const question = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    throw new GrantryError('INVALID_INPUT', `target ${desired.target.name} has no client "${unknown}"${question}`, {
      hint: known.length > 20 ? `It has ${known.length} clients.` : `Clients: ${known.join(', ')}`,
    });
  }
  return new Set(names);
}
