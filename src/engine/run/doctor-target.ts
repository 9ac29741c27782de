import type { CheckResult, Purpose } from '../../model/check.ts';
import { PURPOSES } from '../../model/check.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { mendOf } from '../../model/mend.ts';
import type { DoctorReport, ServerChecks } from '../../model/report.ts';
import type { SelectedTarget } from './open-target.ts';
import { readOnly } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** A server that may have something to say of what is missing there. */
interface Checked {
  checks?(desired: DesiredState): Promise<readonly CheckResult[]>;
}

type Server = Pick<ServerChecks, 'side' | 'name'> & { readonly open: () => Promise<Checked> };

/** Looks what is missing in the servers of a target for these purposes. Writes nothing, and reads no credential. */
export async function doctorTarget(
  { desired, names, openApart }: SelectedTarget,
  purposes: readonly Purpose[],
): Promise<Outcome<DoctorReport>> {
  const { provider, store, formerStore } = openApart();
  const servers: Server[] = [
    { side: 'provider', name: names.provider, open: provider },
    { side: 'store', name: names.store, open: store },
    ...(formerStore === undefined
      ? []
      : [{ side: 'former-store' as const, name: names.formerStore ?? '', open: formerStore }]),
  ];
  const looked = await Promise.all(servers.map((server) => lookAt(server, desired, purposes)));
  const { name: target, stack } = desired.target;
  const report = { target, stack, provider: names.provider, store: names.store, purposes, servers: looked };
  const isHealthy = looked.every(({ checks }) => checks.every(({ finding }) => finding.kind !== 'problem'));
  return readOnly(report, isHealthy);
}

async function lookAt(
  { side, name, open }: Server,
  desired: DesiredState,
  purposes: readonly Purpose[],
): Promise<ServerChecks> {
  const results = await ask(open, name, desired);
  const concerned = results.filter((result) => result.purposes.some((purpose) => purposes.includes(purpose)));
  return { side, name, checks: concerned };
}

const REACHABLE = { id: 'reachable', purposes: PURPOSES, title: 'the server answers' };
const LOGIN = { id: 'login', purposes: PURPOSES, title: 'grantry is let in' };

/** What the server says, or why it says nothing. */
async function ask(open: Server['open'], name: string, desired: DesiredState): Promise<readonly CheckResult[]> {
  const [reached, fine] = [{ kind: 'fine', detail: name } as const, { kind: 'fine' } as const];
  try {
    const server = await open();
    const results = (await server.checks?.(desired)) ?? [];
    return [{ ...REACHABLE, finding: reached }, { ...LOGIN, finding: fine }, ...results];
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code === 'INTERRUPTED') throw error;
    return error.code === 'UNREACHABLE'
      ? [failed(REACHABLE, error)]
      : [{ ...REACHABLE, finding: reached }, failed(LOGIN, error)];
  }
}

function failed(check: Omit<CheckResult, 'finding'>, error: GrantryError): CheckResult {
  const why = 'Nothing can be read or changed there, and nothing more could be looked at.';
  return { ...check, finding: { kind: 'problem', what: error.message, why, mend: mendOf(error) } };
}
