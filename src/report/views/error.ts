import { z } from 'zod';
import { GrantryError, InvalidManifests, exitCodeOf } from '../../model/errors.ts';
import type { Page } from '../page.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { planView } from './plan/plan.ts';
import { finding, formatVersion } from './parts/schema-parts.ts';
import { findingData } from './validate.ts';

/** A failed command, or a target that failed. */
interface Failure {
  readonly error: unknown;
  /** One of several targets. */
  readonly target: string | undefined;
}

const code = z.enum([
  'INVALID_INPUT',
  'FAILED',
  'INTERRUPTED',
  'CONFLICT',
  'STALE_PLAN',
  'GUARD',
  'LOCK_HELD',
  'HOST_NOT_ALLOWED',
  'NOT_CONFIRMED',
  'ROTATION_IN_OVERLAP',
  'UNREACHABLE',
  'NOT_ALLOWED',
  'UNKNOWN',
]);

const errorSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('error'),
    target: z.string().optional().describe('One of several targets'),
    code,
    message: z.string(),
    hint: z.string().optional(),
    exitCode: z.literal([1, 3, 4]),
    findings: z.array(finding).optional().describe('What is wrong with the manifests'),
    plan: planView.schema.optional().describe('The plan that has something in its way'),
  })
  .meta({ id: 'error' });

/** Why there is no result. */
export const errorView = defineView(errorSchema)({ data: errorData, page: errorPage });

function errorData({ error, target }: Failure): Data<typeof errorSchema> {
  const known = error instanceof GrantryError ? error : undefined;
  return {
    formatVersion: 1,
    kind: 'error',
    target,
    code: known?.code ?? 'UNKNOWN',
    message: messageOf(error),
    hint: known?.hint,
    exitCode: known === undefined ? 1 : exitCodeOf(known.code),
    ...(error instanceof InvalidManifests ? { findings: error.findings.map(findingData) } : {}),
    ...known?.details,
  };
}

function errorPage({ error, target }: Failure): Page {
  const hint = error instanceof GrantryError ? error.hint : undefined;
  const lines = [messageOf(error), ...(hint === undefined ? [] : [hint])].flatMap((text) => text.split('\n'));
  const findings = error instanceof InvalidManifests ? error.findings : [];
  return {
    head: target === undefined ? {} : { name: [{ untrusted: target }] },
    headline: [{ words: target === undefined ? 'grantry failed' : 'failed', tone: 'bad' }],
    sentences: [],
    remarks: [],
    blocks: [
      { kind: 'code', lines },
      { kind: 'findings', findings },
    ],
    notices: [],
  };
}

/** What went wrong, of anything that was thrown. Of an error that is not ours only its name: it may quote anything. */
function messageOf(error: unknown): string {
  if (error instanceof GrantryError) return error.message;
  return `something went wrong that grantry does not know (${error instanceof Error ? error.name : 'Error'})`;
}
