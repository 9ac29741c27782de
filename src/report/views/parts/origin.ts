import type { Head, Remark } from '../../page.ts';

/** Which target a result is about, and what was read. */
export interface Origin {
  readonly target: string;
  readonly stack: string;
  readonly provider: string;
  readonly store: string;
}

/** Columns of the name of a target. */
const MAX_NAME = 100;

export function headOf({ target, provider, store, stack }: Origin): Head {
  return { name: [{ untrusted: target, limit: MAX_NAME }], origin: { provider, store, stack } };
}

/** The same, as programs get it. */
export function originData({ target, stack, provider, store }: Origin): Origin {
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
