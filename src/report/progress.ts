import { count, thousands } from '../model/text/counting.ts';
import type { GrantryError } from '../model/errors.ts';
import { isRotated } from '../model/report.ts';
import type { ChangeResult, RotationResult } from '../model/report.ts';
import { printable } from './render/escape.ts';
import type { Style } from './render/style.ts';
import { lookOf } from './render/text/outcomes.ts';
import { rotationWord } from './views/rotate.ts';
import { elapsed } from './words.ts';

/** One finished change on one line, for the progress of a run. */
export function renderProgress({ address, op, outcome, reason = '', duration }: ChangeResult, style: Style): string {
  const marks = { done: 'passed', 'done-before': 'same', failed: 'failed', skipped: 'skipped' } as const;
  const [glyph, paint] = lookOf(marks[outcome], style);
  const time = outcome === 'skipped' || duration === 0 ? '' : style.dim(` (${elapsed(duration)})`);
  const why = outcome === 'done' || reason === '' ? '' : `: ${printable(reason, style)}`;
  const verb = outcome === 'done' ? '' : `${outcome}: `;
  return `${paint(glyph)} ${verb}${op} ${printable(address, style)}${why}${time}`;
}

/** One finished rotation on one line, for the progress of a run. */
export function renderRotation(result: RotationResult, style: Style): string {
  const { address, outcome, reason = '', duration } = result;
  const mark = isRotated(result) ? 'passed' : outcome === 'skipped' ? 'skipped' : 'failed';
  const [glyph, paint] = lookOf(mark, style);
  const time = duration === 0 ? '' : style.dim(` (${elapsed(duration)})`);
  const why = isRotated(result) ? '' : `: ${printable(reason, style)}`;
  return `${paint(glyph)} ${rotationWord(result)} ${printable(address, style)}${why}${time}`;
}

/** What went wrong, and what to do, each on a line of its own. */
export function renderFailure({ message, hint }: Pick<GrantryError, 'message' | 'hint'>): string {
  return `${message}\n${hint === undefined ? '' : `${hint}\n`}`;
}

/** How far a piece of work is. */
export interface Advance {
  /** What is counted, one of it: `change`. */
  readonly what: string;
  readonly done: number;
  /** Of those done. */
  readonly failed: number;
  readonly total: number;
  /** Milliseconds that the work has taken. */
  readonly elapsed: number;
  /** Milliseconds since the last one was done. */
  readonly sinceStep: number;
}

/** With fewer done an estimate says more of the first ones than of the rest. */
const ENOUGH = 5;

/** Where nothing was done for so many milliseconds, and for as long as so many take, nobody knows how long the rest takes. */
const STANDSTILL = { ms: 2_000, steps: 5 };

/** `412 of 1,000 changes, 2 failed, about 40 s left`. */
export function renderAdvance({ what, done, failed, total, elapsed, sinceStep }: Advance): string {
  const each = (elapsed - sinceStep) / Math.max(1, done);
  const stands = sinceStep >= Math.max(STANDSTILL.ms, each * STANDSTILL.steps);
  return [
    `${thousands(done)} of ${count(total, what)}`,
    ...(failed === 0 ? [] : [`${thousands(failed)} failed`]),
    ...(done < ENOUGH || done === total || stands ? [] : [`about ${roughly(each * (total - done))} left`]),
  ].join(', ');
}

/** In steps that an estimate can keep: `2 s`, `40 s`, `3 min`. */
function roughly(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 95 ? `${Math.round(seconds / 5) * 5} s` : `${Math.round(seconds / 60)} min`;
}
