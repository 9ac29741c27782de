/** What the checks of every kind of store have in common. */
import { isInsecure } from '../manifest/schema/url.ts';
import type { CheckFinding, CheckResult, Purpose } from '../model/check.ts';
import type { Store } from './store.ts';

/** A check without what it found. */
export type Check = Omit<CheckResult, 'finding'>;

/** Clocks that are further apart hurt: overlaps and expiries are written by the one and read by the other. */
const MAX_SKEW_SECONDS = 30;

/** Of every command that reads or writes documents. */
export const ALL_PURPOSES: readonly Purpose[] = ['plan', 'apply', 'rotate', 'verify'];

/** The checks of a store, for one that wraps it. */
export function checksOf(store: Store): Pick<Store, 'checks'> {
  return store.checks === undefined ? {} : { checks: async (desired) => (await store.checks?.(desired)) ?? [] };
}

export function found(check: Check, finding: CheckFinding): CheckResult {
  return { ...check, finding };
}

export function fine(check: Check, detail?: string): CheckResult {
  return found(check, { kind: 'fine', ...(detail === undefined ? {} : { detail }) });
}

/** Whether the server's clock and ours agree. Both in milliseconds since the epoch; the server's counts whole seconds. */
export function checkClock(server: string, serverNow: number | undefined, now: number): CheckResult {
  const check: Check = { id: 'clock', purposes: ['apply', 'rotate'], title: 'the clocks agree' };
  const why = 'Locks, and the ends of overlaps, go by the time that the store says.';
  if (serverNow === undefined) {
    return found(check, {
      kind: 'problem',
      what: `${server} does not say what time it is: its answers have no Date header`,
      why,
      mend: { words: 'Let what stands between grantry and the server leave that header in.', commands: [] },
    });
  }
  const apart = Math.round((now - serverNow) / 1000);
  if (Math.abs(apart) <= MAX_SKEW_SECONDS) return fine(check);
  const [seconds, side] = [Math.abs(apart), apart > 0 ? 'behind' : 'ahead of'];
  return found(check, {
    kind: 'risk',
    what: `The clock of ${server} is ${seconds} s ${side} the one of this machine`,
    why,
    mend: { words: 'Let both machines take the time from NTP; timedatectl says whether this one does.', commands: [] },
  });
}

/** Whether credentials cross the network encrypted. */
export function checkEncryption(server: string, url: string): CheckResult {
  const check: Check = { id: 'encryption', purposes: ALL_PURPOSES, title: 'nobody on the way can read along' };
  if (!isInsecure(url)) return fine(check);
  return found(check, {
    kind: 'risk',
    what: `${server} is reached without TLS`,
    why: 'Everybody on the way can read the credentials, and the login of grantry with them.',
    mend: {
      words: 'Give it a certificate, then name it by https and drop allowInsecure from the Target.',
      commands: [],
    },
  });
}
