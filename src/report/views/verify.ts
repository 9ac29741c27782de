import { z } from 'zod';
import type { VerifyReport } from '../../model/report.ts';
import type { Page, Remark } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { headOf, originData } from './parts/origin.ts';
import { countProofs, proof, proofBlocks, proofCounts, proofData, proofPhrases } from './parts/proofs.ts';
import { formatVersion, origin } from './parts/schema-parts.ts';

const verifySchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('verify'),
    ...origin,
    summary: z.strictObject(proofCounts),
    proofs: z.array(proof),
  })
  .meta({ id: 'verify' });

/** What a verify found. */
export const verifyView = defineView(verifySchema)({ data: verifyData, page: verifyPage });

function verifyData(report: VerifyReport): Data<typeof verifySchema> {
  const { proofs } = report;
  return {
    formatVersion: 1,
    kind: 'verify',
    ...originData(report),
    summary: countProofs(proofs),
    proofs: proofs.map(proofData),
  };
}

function verifyPage(report: VerifyReport): Page {
  const { proofs } = report;
  return {
    head: headOf(report),
    headline: proofs.length === 0 ? [{ words: 'there is no client to prove' }] : proofPhrases(proofs),
    sentences: [],
    remarks: adviceOf(report),
    blocks: proofBlocks(proofs),
    notices: [],
  };
}

/** What to do where the credential itself is the trouble: it is missing or refused, so that nothing else could be tried. */
function adviceOf({ proofs, target }: VerifyReport): Remark[] {
  if (proofs.every(({ credential }) => credential === undefined || credential === 'kept')) return [];
  const command = { untrusted: `grantry plan -t ${target} --check-store` };
  const words = [
    'Where a credential is missing or refused, ',
    command,
    ' compares the store with the server; apply --check-store delivers it again.',
  ];
  return [{ words, isWarning: false }];
}
