import { hasNothingToProve, isProven, type ChangeResult, type ClientProof, type ProofCheck } from '../model/report.ts';
import { thousands, count } from './words.ts';

export interface ResultCounts {
  readonly done: number;
  /** Of a saved plan: as planned before this run began. */
  readonly doneBefore: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface ProofCounts {
  readonly proven: number;
  readonly notProven: number;
  /** Clients of which nothing failed, because there was nothing to be shown. */
  readonly nothingToProve: number;
  /** Proven clients with something that could not be tested. */
  readonly partlyTestable: number;
}

export function countResults(results: readonly ChangeResult[]): ResultCounts {
  const of = (wanted: ChangeResult['outcome']): number => results.filter(({ outcome }) => outcome === wanted).length;
  return { done: of('done'), doneBefore: of('done-before'), failed: of('failed'), skipped: of('skipped') };
}

export function countProofs(proofs: readonly ClientProof[]): ProofCounts {
  const proven = proofs.filter((proof) => isProven(proof) && !hasNothingToProve(proof));
  const nothingToProve = proofs.filter(hasNothingToProve).length;
  const partlyTestable = proven.filter(({ checks }) => checks.some(({ outcome }) => outcome === 'not-testable'));
  return {
    proven: proven.length,
    notProven: proofs.length - proven.length - nothingToProve,
    nothingToProve,
    partlyTestable: partlyTestable.length,
  };
}

/** `3 changes done, 2 done before, 1 failed`. */
export function resultPhrase({ done, doneBefore, failed, skipped }: ResultCounts): string {
  if (done + failed + skipped === 0 && doneBefore > 0) return `${count(doneBefore, 'change')} done before this run`;
  const parts = [
    ...(doneBefore > 0 ? [`${thousands(doneBefore)} done before`] : []),
    ...(failed > 0 ? [`${thousands(failed)} failed`] : []),
    ...(skipped > 0 ? [`${thousands(skipped)} skipped`] : []),
  ];
  return [`${count(done, 'change')} done`, ...parts].join(', ');
}

/** `3 clients proven, 1 not proven`; empty where none was to be proven. */
export function proofPhrase({ proven, notProven, nothingToProve }: ProofCounts): string {
  const parts: (readonly [number, string])[] = [
    [proven, 'proven'],
    [notProven, 'not proven'],
    [nothingToProve, 'with nothing to prove'],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, what], index) => `${index === 0 ? count(number, 'client') : thousands(number)} ${what}`)
    .join(', ');
}

/** How the proof of one client ended. */
export function proofWord(proof: ClientProof): 'proven' | 'not proven' | 'nothing to prove' {
  if (!isProven(proof)) return 'not proven';
  return hasNothingToProve(proof) ? 'nothing to prove' : 'proven';
}

/** `7 checks passed, 1 not testable`, or how many failed. */
export function checksPhrase(checks: readonly ProofCheck[]): string {
  if (hasNothingToProve({ checks })) return 'it may call nothing';
  const of = (outcome: ProofCheck['outcome']): number => checks.filter((check) => check.outcome === outcome).length;
  const [failed, passed, open] = [of('failed'), of('passed'), of('not-testable')];
  const head =
    failed > 0 ? `${thousands(failed)} of ${count(checks.length, 'check')} failed` : `${count(passed, 'check')} passed`;
  return open > 0 ? `${head}, ${thousands(open)} not testable` : head;
}

/** What compares the store with the server, for `credentialAdvice`. */
export function checkStoreCommand(target: string): string {
  return `grantry plan -t ${target} --check-store`;
}

/**
 * What to do where the credential itself is the trouble: it is missing or refused, so that nothing else could be tried. Empty
 * where no proof failed so. `command` as it is shown.
 */
export function credentialAdvice(proofs: readonly ClientProof[], command: string): string {
  return proofs.some(({ credential }) => credential !== undefined)
    ? `Where a credential is missing or refused, ${command} compares the store with the server; apply --check-store delivers it again.`
    : '';
}

/** Where the credential was read from: `secret/m2m/order-service, version 3`. */
export function credentialPhrase({ place, storeVersion }: ClientProof): string {
  return storeVersion === undefined ? place : `${place}, version ${storeVersion}`;
}

const GRAVITY = { 'done-before': 0, done: 1, skipped: 2, failed: 3 } as const;

/** Failures last, where a reader of a terminal looks first; else in the order in which they ended. */
export function failuresLast(results: readonly ChangeResult[]): ChangeResult[] {
  return results.toSorted((left, right) => GRAVITY[left.outcome] - GRAVITY[right.outcome]);
}

/** Clients that are not proven last; else in the order of the report. */
export function unprovenLast(proofs: readonly ClientProof[]): ClientProof[] {
  return proofs.toSorted((left, right) => Number(isProven(right)) - Number(isProven(left)));
}

/** Whoever reads a report must know that two runs may have written at once. */
export function brokePhrase(holder: string): string {
  return `Broke the lock of ${holder}.`;
}
