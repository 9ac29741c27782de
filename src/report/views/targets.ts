import { z } from 'zod';
import { applyView } from './apply.ts';
import type { Page, Words } from '../page.ts';
import { joinWords } from '../words.ts';
import { doctorView } from './doctor.ts';
import { errorView } from './error.ts';
import { planView } from './plan/plan.ts';
import { rotateView } from './rotate.ts';
import { formatVersion } from './parts/schema-parts.ts';
import { statusView } from './status.ts';
import { verifyView } from './verify.ts';

/** How the work on one of several targets ended. */
export interface TargetEnding {
  readonly target: string;
  readonly exitCode: number;
}

/** The results of several targets as one document. */
export const targetsSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('targets'),
    exitCodes: z.record(z.string(), z.int().min(0).max(4)).describe('How the work on each target ended'),
    targets: z
      .array(
        z.discriminatedUnion('kind', [
          planView.schema,
          applyView.schema,
          verifyView.schema,
          rotateView.schema,
          statusView.schema,
          doctorView.schema,
          errorView.schema,
        ]),
      )
      .describe('One for each target, in the order of their names'),
  })
  .meta({ id: 'targets' });

/** The gravest first. Those that need nobody's attention are only counted. */
const GROUPS = [
  { exitCode: 1, words: 'failed' },
  { exitCode: 4, words: 'unreachable or not allowed in' },
  { exitCode: 3, words: 'refused' },
  { exitCode: 2, words: 'with changes pending' },
];

/** `20 targets: 1 unreachable or not allowed in (prod-ap), 19 done.` */
export function targetsPage(endings: readonly TargetEnding[]): Page {
  const groups = GROUPS.flatMap(({ exitCode, words }): Words[] => {
    const those = endings.filter((ending) => ending.exitCode === exitCode);
    const names = joinWords(
      those.map(({ target }) => [{ untrusted: target }]),
      ', ',
    );
    return those.length === 0 ? [] : [joinWords([`${those.length} ${words} (`, names, ')'], '')];
  });
  const done = endings.filter(({ exitCode }) => exitCode === 0).length;
  return {
    head: { name: `${endings.length} targets` },
    headline: [{ words: joinWords(done === 0 ? groups : [...groups, `${done} done`], ', ') }],
    sentences: [],
    isBrief: true,
    remarks: [],
    blocks: [],
    notices: [],
  };
}
