import { compareText } from '../../../manifest/values.ts';
import { MAX_NAME } from './slug.ts';

/** Something that needs a name. */
export interface Unnamed {
  /** What tells it from all others: a client_id, an audience. */
  readonly id: string;
  /** The name that it is to have where nobody else has it. */
  readonly wanted: string;
  /** How strong its claim on that name is: lower ones first. */
  readonly rank: number;
}

/** The claim of what is marked with the name, of what is called so to the letter, and of what only comes to it. */
export const RANK = { marked: 0, exact: 1, derived: 2 } as const;

/**
 * A name for each, by id: the wanted one, or that with a number behind it where it is taken. The same whatever order they
 * come in.
 */
export function nameObjects(objects: readonly Unnamed[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const used = new Set(taken);
  const names = new Map<string, string>();
  for (const { id, wanted } of objects.toSorted(byClaim)) {
    const name = freeName(wanted, used);
    used.add(name);
    names.set(id, name);
  }
  return names;
}

function byClaim(one: Unnamed, other: Unnamed): number {
  return one.rank - other.rank || compareText(one.id, other.id);
}

function freeName(wanted: string, used: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : numbered(wanted, number);
    if (!used.has(name)) return name;
  }
}

/** `orders-2`, no longer than a name may be. */
export function numbered(name: string, number: number): string {
  const suffix = `-${number}`;
  return `${name.slice(0, MAX_NAME - suffix.length)}${suffix}`;
}
