import { z } from 'zod';
import { count, thousands } from '../../../model/text/counting.ts';
import { CREDENTIAL_IN_STORE, hasNothingToProve, isProven, isUntested } from '../../../model/report.ts';
import type { ClientProof, ProofCheck } from '../../../model/report.ts';
import type { Outcome, OutcomeGroup, OutcomeNote, OutcomesBlock, Phrase } from '../../page.ts';
import type { Data } from '../../view.ts';
import { address, checks, milliseconds, total } from './schema-parts.ts';

/** What real tokens showed of one client, for programs. */
export const proof = z
  .strictObject({
    address,
    place: z.string(),
    storeVersion: total.optional(),
    checks,
    credential: z
      .enum(['missing', 'refused', 'kept'])
      .optional()
      .describe('Present where the credential itself is the trouble; kept: by its owner, as declared'),
    duration: milliseconds,
    proven: z.boolean(),
  })
  .meta({ id: 'proof' });

export const proofCounts = {
  proven: total,
  notProven: total,
  nothingToProve: total.describe('Clients that may call nothing, at a provider that gives such a client no token'),
  partlyTestable: total,
  notTested: total.describe('Clients whose owners keep the credential, so that no token was asked for'),
};

export function proofData(one: ClientProof): Data<typeof proof> {
  return { ...one, proven: wasShown(one) };
}

/** Nothing failed, and a token showed something. */
function wasShown(one: ClientProof): boolean {
  return isProven(one) && !hasNothingToProve(one) && !isUntested(one);
}

interface ProofCounts {
  readonly proven: number;
  readonly notProven: number;
  /** Clients of which nothing failed, because there was nothing to be shown. */
  readonly nothingToProve: number;
  /** Proven clients with something that could not be tested. */
  readonly partlyTestable: number;
  /** Clients that no token could be asked for, as their owners keep the credential. */
  readonly notTested: number;
}

export function countProofs(proofs: readonly ClientProof[]): ProofCounts {
  const { proven, notProven, nothingToProve, notTested } = sortProofs(proofs);
  const partlyTestable = proven.filter(({ checks: all }) => all.some(({ outcome }) => outcome === 'not-testable'));
  return {
    proven: proven.length,
    notProven: notProven.length,
    nothingToProve: nothingToProve.length,
    partlyTestable: partlyTestable.length,
    notTested: notTested.length,
  };
}

function sortProofs(
  proofs: readonly ClientProof[],
): Record<'proven' | 'notProven' | 'nothingToProve' | 'notTested', ClientProof[]> {
  return {
    notProven: proofs.filter((one) => !isProven(one)),
    proven: proofs.filter(wasShown),
    nothingToProve: proofs.filter((one) => hasNothingToProve(one) && !isUntested(one)),
    notTested: proofs.filter(isUntested),
  };
}

/** `3 clients proven, 1 not proven`; none where none was to be proven. */
export function proofPhrases(proofs: readonly ClientProof[]): Phrase[] {
  const { proven, notProven, nothingToProve, notTested } = countProofs(proofs);
  const parts = [
    { number: proven, what: 'proven' },
    { number: notProven, what: 'not proven' },
    { number: nothingToProve, what: 'with nothing to prove' },
    { number: notTested, what: 'not tested' },
  ].filter(({ number }) => number > 0);
  const words = parts
    .map(({ number, what }, index) => `${index === 0 ? count(number, 'client') : thousands(number)} ${what}`)
    .join(', ');
  if (words === '') return [];
  return [notProven > 0 ? { words, tone: 'bad' } : { words }];
}

/** A line per client; below it the checks that failed, and those that could not be made. */
export function proofBlocks(proofs: readonly ClientProof[]): OutcomesBlock[] {
  const { proven, notProven, nothingToProve, notTested } = sortProofs(proofs);
  const groups: OutcomeGroup[] = [
    { word: 'not proven', mark: 'failed', isBad: true, outcomes: notProven.map(outcomeOf) },
    { word: 'proven', mark: 'passed', outcomes: proven.map(outcomeOf) },
    {
      word: 'nothing to prove',
      title: 'with nothing to prove',
      mark: 'idle',
      outcomes: nothingToProve.map(outcomeOf),
    },
    { word: 'not tested', mark: 'idle', outcomes: notTested.map(untested) },
  ];
  return proofs.length === 0 ? [] : [{ kind: 'outcomes', widths: { what: 0, word: 10 }, groups }];
}

function outcomeOf(one: ClientProof): Outcome {
  return {
    name: one.address,
    brief: checksPhrase(one.checks),
    text: one.storeVersion === undefined ? one.place : `${one.place}, version ${one.storeVersion}`,
    notes: one.checks.flatMap(noteOf),
  };
}

/** Nothing lies in the store: its owner keeps the credential. */
function untested({ address: name, checks: all }: ClientProof): Outcome {
  const shown = all.filter(({ claim }) => claim !== CREDENTIAL_IN_STORE);
  return { name, brief: 'its owner keeps the credential', text: '', notes: shown.flatMap(noteOf) };
}

function noteOf({ claim, outcome, detail = '' }: ProofCheck): OutcomeNote[] {
  if (outcome === 'passed') return [];
  if (outcome === 'failed') return [{ mark: 'failed', text: claim, detail }];
  return [{ mark: 'open', text: `not testable: ${claim}${detail === '' ? '' : ` (${detail})`}` }];
}

/** `7 checks passed, 1 not testable`, or how many failed. */
function checksPhrase(all: readonly ProofCheck[]): string {
  if (hasNothingToProve({ checks: all })) return 'it may call nothing';
  const of = (outcome: ProofCheck['outcome']): number => all.filter((check) => check.outcome === outcome).length;
  const [failed, passed, open] = [of('failed'), of('passed'), of('not-testable')];
  const head =
    failed > 0 ? `${thousands(failed)} of ${count(all.length, 'check')} failed` : `${count(passed, 'check')} passed`;
  return open > 0 ? `${head}, ${thousands(open)} not testable` : head;
}
