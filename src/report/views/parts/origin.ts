import type { ReportHead } from '../../../model/report.ts';
import type { Head, Remark } from '../../page.ts';

/** Columns of the name of a target. */
const MAX_NAME = 100;

export function headOf({ target, provider, store, stack }: ReportHead): Head {
  return { name: [{ untrusted: target, limit: MAX_NAME }], origin: { provider, store, stack } };
}

/** The same, as programs get it. */
export function originData({ target, stack, provider, store }: ReportHead): ReportHead {
  return { target, stack, provider, store };
}

/** A reader must know that two runs may have written at once. */
export function brokeLockRemark(holder: string | undefined): Remark[] {
  return holder === undefined ? [] : [{ words: ['Broke the lock of ', { untrusted: holder }, '.'], isWarning: true }];
}

/** `of`: what is said of the work that was not begun. */
export function interruptedRemark(interrupted: boolean, of: string): Remark[] {
  return interrupted ? [{ words: `Stopped on request: ${of} was not begun.`, isWarning: true }] : [];
}
