import { isKnownKey, isSafeTargetKey, isSecretKey, isStructuralKey, findSecretPart } from './credential-keys.ts';
import type { HiddenLines } from './mask-tree.ts';

/** `key: value` on a line of its own; the colon may be what is missing. */
const BLOCK_LINE = /^\s*(?:- +)?([A-Za-z][A-Za-z0-9]*)(?:[ \t]*:)?(?:[ \t]+(.*))?$/;
const LIST_LINE = /^\s*- +[\w.:/*-]+\s*(?:#.*)?$/;
const ANY_KEY_LINE = /^\s*(?:- +)?["']?[\w.:/*-]+["']?[ \t]*:(?:\s|$)/;

/** Lines that follow a credential's and may belong to it. */
interface Region {
  readonly indent: number;
  readonly label: string;
  /** The quote that must close first. */
  quote: string | undefined;
  /** The value had not begun: the next line is part of it wherever it stands. */
  pending: boolean;
}

/**
 * Finds the lines that may hold a credential in a file whose syntax is broken, where no tree tells what belongs to
 * what. Would rather hide too much: shows only lines that plainly are something else.
 */
export function hideInText(text: string): HiddenLines {
  const hidden: HiddenLines = new Map();
  let region: Region | undefined;
  const lines = text.split(/\r?\n/);
  // What a comment speaks of says nothing of the lines around its own.
  const secrets = lines.map((line) => findSecretWord(withoutComment(line)));
  const trusts = findTrust(lines, secrets);
  for (const [index, line] of lines.entries()) {
    const secret = secrets[index];
    if (secret !== undefined) {
      region = openRegion(line, secret);
      hidden.set(index + 1, region.label);
    } else if (region !== undefined && isInside(region, line)) {
      hidden.set(index + 1, region.label);
    } else {
      region = undefined;
      const isTold = findSecretWord(line) !== undefined;
      if (!isHarmless(line, trusts[index] ?? 'little', isTold)) {
        hidden.set(index + 1, '');
      }
    }
  }
  return hidden;
}

/** `much`: an Api or Client without a word of credentials. `some`: one with. `little`: it may be a Target. */
type Trust = 'much' | 'some' | 'little';

/** Per line: how far its document can be trusted to hold no credential there. */
function findTrust(lines: readonly string[], secrets: readonly (string | undefined)[]): Trust[] {
  const trusts: Trust[] = [];
  let start = 0;
  for (let end = 0; end <= lines.length; end++) {
    if (end === lines.length || /^(?:---|\.\.\.)/.test(lines[end] ?? '')) {
      const part = lines.slice(start, end);
      const kinds = part.filter((line) => /^["']?kind\b/.test(line));
      const open = kinds.length > 0 && kinds.every((line) => /^kind\s*:?\s*(?:Api|Client)\s*(?:#.*)?$/.test(line));
      const silent = secrets.slice(start, end).every((word) => word === undefined);
      part.forEach(() => trusts.push(open ? (silent ? 'much' : 'some') : 'little'));
      start = end;
    }
  }
  return trusts;
}

/** Where a quote stands before it, a # may be part of a text. */
function withoutComment(line: string): string {
  return /^(?:[^#"']*\s)?#/.test(line) ? line.slice(0, line.indexOf('#')) : line;
}

function findSecretWord(line: string): string | undefined {
  if (/^\s*secrets?\s*:\s*(?:#.*)?$/.test(line)) {
    return undefined;
  }
  const rest = line.replaceAll('tokenLifetime', '');
  for (const [word] of rest.matchAll(/[A-Za-z][A-Za-z0-9_.-]*/g)) {
    if (isSecretKey(word)) {
      return word;
    }
  }
  return findSecretPart(rest);
}

function openRegion(line: string, word: string): Region {
  const after = line.slice(line.indexOf(word) + word.length).replace(/^["']?\s*:?\s*/, '');
  const quote = /^(?:[&!]\S*\s+)*(["'])/.exec(after)?.[1];
  const open = quote !== undefined && after.split(quote).length % 2 === 0;
  return {
    indent: indentOf(line),
    label: /^[A-Za-z]+$/.test(word) && isSecretKey(word) ? word : '',
    quote: open ? quote : undefined,
    pending: /^(?:[&!]\S*\s*)*(?:[|>][0-9+-]*)?\s*(?:#.*)?$/.test(after),
  };
}

function isInside(region: Region, line: string): boolean {
  if (region.quote !== undefined) {
    if (line.includes(region.quote)) {
      region.quote = undefined;
      region.pending = false;
    }
    return true;
  }
  if (line.trim() === '' || indentOf(line) > region.indent) {
    region.pending &&= line.trim() === '';
    return true;
  }
  const inside = region.pending;
  region.pending = false;
  return inside;
}

/** `isTold`: its comment speaks of credentials; comments are left out where lines are shown. */
function isHarmless(line: string, trust: Trust, isTold: boolean): boolean {
  if (/^\s*(?:#.*)?$/.test(line) || /^(?:---|\.\.\.)\s*$/.test(line)) {
    return true;
  }
  const [, key = '', value = ''] = BLOCK_LINE.exec(line) ?? [];
  if (trust === 'much') {
    return isKnownKey(key) || (!isTold && (ANY_KEY_LINE.test(line) || LIST_LINE.test(line)));
  }
  if (trust === 'some') {
    return isKnownKey(key) && /^(?:[\w.:/-]*|\[[\w.:/*, -]*\])\s*(?:#.*)?$/.test(value);
  }
  const bare = value.replace(/\s*#.*$/, '');
  const opens = bare === '' && (isStructuralKey(key) || /^secrets?$/.test(key));
  return opens || (isSafeTargetKey(key) && !/[@?#{}[\],&*]/.test(value));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
