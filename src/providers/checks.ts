/** What the checks of every kind of provider have in common. */
import type { CheckFinding, CheckResult, Mend, Purpose } from '../model/check.ts';
import { GrantryError } from '../model/errors.ts';
import { mendOf } from '../model/mend.ts';

/** A check, and how a server is looked at for it. */
export interface ServerCheck<Subject> {
  readonly id: string;
  /** All that it can matter to. */
  readonly purposes: readonly Purpose[];
  readonly title: string;
  /** What it matters to here, where that depends on what the manifests declare. */
  readonly purposesOf?: (subject: Subject) => readonly Purpose[];
  readonly look: (subject: Subject) => Promise<CheckFinding>;
}

/** Nothing is amiss; `detail`: what there is to know of it. */
export function fine(detail?: string): CheckFinding {
  return { kind: 'fine', ...(detail === undefined ? {} : { detail }) };
}

/** Words without commands, for what no command mends. */
export function byHand(words: string): Mend {
  return { words, commands: [] };
}

/** Looks at all of it. One look that fails keeps the others from nothing; a server that is gone, or a run that is stopped, does. */
export async function runChecks<Subject>(
  checks: readonly ServerCheck<Subject>[],
  subject: Subject,
): Promise<readonly CheckResult[]> {
  return Promise.all(
    checks.map(async ({ id, title, look, purposes, purposesOf }) => ({
      id,
      purposes: purposesOf?.(subject) ?? purposes,
      title,
      finding: await look(subject).catch(unknownFinding),
    })),
  );
}

function unknownFinding(error: unknown): CheckFinding {
  if (!(error instanceof GrantryError) || error.code === 'INTERRUPTED' || error.code === 'UNREACHABLE') throw error;
  const mend = error.hint === undefined ? {} : { mend: mendOf(error) };
  return { kind: 'unknown', what: error.message, why: 'Trouble there is not seen.', ...mend };
}

/** Clocks that are further apart hurt: what servers say of ends and ages is held against the clock of this machine. */
const MAX_SKEW_SECONDS = 30;

/** Whether the server's clock and ours agree. Both in milliseconds since the epoch; the server's counts whole seconds. */
export function clockFinding(server: string, serverNow: number | undefined, now: number): CheckFinding {
  const why = 'Overlaps, ages and the ends of credentials are written by one clock and read by the other.';
  if (serverNow === undefined) return { kind: 'unknown', what: `${server} does not say what time it is`, why };
  const apart = Math.round((now - serverNow) / 1000);
  if (Math.abs(apart) <= MAX_SKEW_SECONDS) return fine();
  const side = apart > 0 ? 'behind' : 'ahead of';
  return {
    kind: 'risk',
    what: `The clock of ${server} is ${Math.abs(apart)} s ${side} the one of this machine`,
    why,
    mend: byHand('Let both machines take the time from NTP; timedatectl says whether this one does.'),
  };
}
