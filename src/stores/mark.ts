import { GrantryError } from '../model/errors.ts';
import { MAX_MARK_BYTES, fitsMark } from '../model/mark-text.ts';
import type { StoreMark } from './store.ts';

/** A mark as stores keep it: a string map, of which grantry owns the keys that begin with `grantry_`. */
export type MarkPairs = Readonly<Record<string, string>>;

const PREFIX = 'grantry_';
const NOTE = 'grantry_note_';
/** What `notesOfFacts` notes. */
const FACTS = `${NOTE}fact_`;
/** Limits of the strictest store: every store keeps to them. */
const MAX_KEYS = 64;
const MAX_KEY_BYTES = 128;

/** The pairs of a mark; refuses what the strictest store would refuse. Empty values cannot exist there, so none is written. */
function toPairs(mark: StoreMark): MarkPairs {
  const notes = Object.entries(mark.notes ?? {}).map(([key, value]): [string, string] => [`${NOTE}${key}`, value]);
  const pairs: [string, string][] = [
    ['grantry_stack', mark.stack],
    ['grantry_client', mark.client],
    ['grantry_owner', mark.owner],
    ['grantry_state', mark.state],
    ...notes,
  ];
  for (const [key, value] of pairs) {
    checkPair(key, value);
  }
  return Object.fromEntries(pairs.filter(([, value]) => value !== ''));
}

function checkPair(key: string, value: string): void {
  if (/\p{Cc}/u.test(key + value)) {
    throw new GrantryError('INVALID_INPUT', `The metadata value of ${JSON.stringify(key)} has a control character`);
  }
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new GrantryError(
      'INVALID_INPUT',
      `The metadata key ${key.slice(0, 60)}… has more than ${MAX_KEY_BYTES} bytes`,
    );
  }
  if (!fitsMark(value)) {
    throw new GrantryError('INVALID_INPUT', `The metadata value of ${key} has more than ${MAX_MARK_BYTES} bytes`);
  }
}

/** What lies there, with all of grantry's keys replaced by the mark's and every other key kept. */
export function mergePairs(before: MarkPairs, mark: StoreMark): MarkPairs {
  const foreign = Object.entries(before).filter(([key]) => !key.startsWith(PREFIX));
  const all = { ...Object.fromEntries(foreign), ...toPairs(mark) };
  // What a plan shows beside a change of facts is worth less than the mark.
  const pairs = Object.keys(all).length > MAX_KEYS ? withoutFacts(all) : all;
  if (Object.keys(pairs).length > MAX_KEYS) {
    throw new GrantryError('FAILED', `More than ${MAX_KEYS} metadata keys lie beside the document of ${mark.client}`, {
      hint: 'Remove some of those that were not written by grantry.',
    });
  }
  return pairs;
}

function withoutFacts(pairs: MarkPairs): MarkPairs {
  return Object.fromEntries(Object.entries(pairs).filter(([key]) => !key.startsWith(FACTS)));
}

/** The mark in the pairs; undefined when it is not grantry's, or not whole. */
export function fromPairs(pairs: MarkPairs): StoreMark | undefined {
  const { grantry_stack: stack, grantry_client: client, grantry_owner: owner, grantry_state: state } = pairs;
  if (stack === undefined || client === undefined || (state !== 'active' && state !== 'retired')) {
    return undefined;
  }
  const notes = Object.entries(pairs)
    .filter(([key]) => key.startsWith(NOTE))
    .map(([key, value]): [string, string] => [key.slice(NOTE.length), value]);
  const mark: StoreMark = { stack, client, owner: owner ?? '', state };
  return notes.length === 0 ? mark : { ...mark, notes: Object.fromEntries(notes) };
}

/** Whether two sets of pairs say the same, so that a write can be left out. */
export function samePairs(a: MarkPairs, b: MarkPairs): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
