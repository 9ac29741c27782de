import { GrantryError } from '../../model/errors.ts';
import type { MarkPairs } from '../mark.ts';

/** Tags of a secret, as AWS has them. */
export type Tags = Readonly<Record<string, string>>;

/** What AWS allows: documents differ by one, so these are the lower ones. */
const MAX_TAGS = 50;
const MAX_VALUE = 255;

const OWN = /^grantry_/;
/** What a plan shows beside a change of facts. */
const FACT = /^grantry_note_fact_/;
/** The second part of a value that is too long for one tag, and those after it. */
const PART = /\.\d+$/;

/** What stands for itself in the value of a tag; `=` begins an escape, as in quoted-printable (RFC 2045 section 6.7). */
const PLAIN = /[\p{L}\p{N}_.:/+\-@ ]/u;

/** The tags of a mark's pairs: those of grantry are encoded, those of others stay as they are. */
export function toTags(pairs: MarkPairs): Tags {
  const all = encodeAll(pairs);
  if (Object.keys(all).length <= MAX_TAGS) return all;
  const fewer = encodeAll(Object.fromEntries(Object.entries(pairs).filter(([key]) => !FACT.test(key))));
  if (Object.keys(fewer).length <= MAX_TAGS) return fewer;
  throw new GrantryError('FAILED', `The secret would have more than ${MAX_TAGS} tags, which is all that AWS takes`, {
    hint: 'Remove some of those that were not written by grantry.',
  });
}

function encodeAll(pairs: MarkPairs): Tags {
  const tags = Object.entries(pairs).flatMap(([key, value]): [string, string][] =>
    OWN.test(key) ? partsOf(key, encode(value)) : [[key, value]],
  );
  return Object.fromEntries(tags);
}

/** `key`, `key.2`, `key.3`, … */
function partsOf(key: string, encoded: string): [string, string][] {
  const parts = encoded.match(new RegExp(`[^]{1,${MAX_VALUE}}`, 'g')) ?? [''];
  return parts.map((part, at) => [at === 0 ? key : `${key}.${at + 1}`, part]);
}

/** The pairs that tags say; an empty one of grantry's own says nothing. */
export function fromTags(tags: Tags): MarkPairs {
  const pairs = Object.entries(tags).flatMap(([key, value]): [string, string][] => {
    if (!OWN.test(key)) return [[key, value]];
    if (PART.test(key) || value === '') return [];
    let whole = value;
    for (let part = 2; (tags[`${key}.${part}`] ?? '') !== ''; part += 1) whole += tags[`${key}.${part}`];
    return [[key, decode(whole)]];
  });
  return Object.fromEntries(pairs);
}

/** What makes one set of tags another: `set` has empty values for what goes, so that one request makes the whole change. */
export interface TagChanges {
  readonly set: Tags;
  readonly remove: readonly string[];
}

export function tagChanges(before: Tags, after: Tags): TagChanges {
  const remove = Object.keys(before).filter((key) => OWN.test(key) && !Object.hasOwn(after, key));
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  const emptied = remove.filter((key) => before[key] !== '').map((key): [string, string] => [key, '']);
  return { set: Object.fromEntries([...changed, ...emptied]), remove };
}

/** AWS keeps no value that begins with `aws:`, and blanks at the ends may get lost on the way. */
function encode(value: string): string {
  const chars = Array.from(value);
  const isOdd = (char: string, at: number): boolean =>
    !PLAIN.test(char) || (char === ' ' && (at === 0 || at === chars.length - 1)) || (at === 0 && /^aws:/i.test(value));
  return chars.map((char, at) => (isOdd(char, at) ? escapeChar(char) : char)).join('');
}

function escapeChar(char: string): string {
  return [...Buffer.from(char)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function decode(text: string): string {
  return text.replace(/(?:=[0-9A-F]{2})+/g, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString());
}
