import { hasNothingToProve, isProven, type ApplyReport, type ClientProof, type VerifyReport } from '../model/report.ts';
import { printableJson } from './escape.ts';
import { countProofs, countResults } from './results-summary.ts';

/** What an apply did, for programs; results in the order in which they ended. */
export function renderApplyJson(report: ApplyReport): string {
  const {
    target,
    stack,
    provider,
    store,
    startedAt,
    interrupted,
    brokeLock,
    overriddenGuards,
    results,
    proofs,
    audit,
  } = report;
  return `${printableJson({
    formatVersion: 1,
    kind: 'apply',
    target,
    stack,
    provider,
    store,
    startedAt,
    interrupted,
    brokeLock,
    overriddenGuards,
    summary: { ...countResults(results), ...countProofs(proofs) },
    results,
    proofs: proofs.map(proofEntry),
    audit,
  })}\n`;
}

/** What a verify found, for programs. */
export function renderVerifyJson({ target, stack, provider, store, proofs }: VerifyReport): string {
  return `${printableJson({
    formatVersion: 1,
    kind: 'verify',
    target,
    stack,
    provider,
    store,
    summary: countProofs(proofs),
    proofs: proofs.map(proofEntry),
  })}\n`;
}

function proofEntry(proof: ClientProof): object {
  return { ...proof, proven: isProven(proof) && !hasNothingToProve(proof) };
}
