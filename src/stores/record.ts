import { z } from 'zod';
import { GrantryError } from '../model/errors.ts';
import { toPathPart } from './path.ts';
import type { JsonObject } from '../model/values/json.ts';

const record = z.record(z.string(), z.json());

/** What lies at the place of a record, checked to be an object; `where` names the place in the error. */
export function toRecord(found: unknown, where: string): JsonObject {
  const parsed = record.safeParse(found);
  if (!parsed.success) {
    throw new GrantryError('FAILED', `The record at ${where} is damaged, or was not written by grantry`, {
      hint: 'Look at it, and remove it if nobody needs it.',
    });
  }
  return parsed.data;
}

/** Where a stack's lock lies among the records. */
export function lockName(stack: string): string {
  return `lock/${toPathPart(stack)}`;
}

/** The record of what a stack owns in a target. */
export function ledgerName(stack: string): string {
  return `ledger/${toPathPart(stack)}`;
}

/** The error for a check-and-set that was lost. */
export function changedMeanwhile(where: string): GrantryError {
  return new GrantryError('CONFLICT', `${where} was changed by someone else since it was looked at`, {
    hint: 'Nothing was overwritten. Run the command again: it starts from what lies there now.',
  });
}

/** The store's clock, without which no lock can be held; `server` names who does not say it. */
export function requireClock(now: number | undefined, server: string): number {
  if (now !== undefined) return now;
  throw new GrantryError('UNREACHABLE', `${server} does not say what time it is`, {
    hint: 'Locks go by the Date header of its answers: something in between must be removing it.',
  });
}
