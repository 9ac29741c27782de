import { isKnownKey, isSafeTargetKey, isSecretKey, isStructuralKey } from './credential-keys.ts';
import type { HiddenLines } from './mask-tree.ts';

/** `key: value` on a line of its own; the colon may be what is missing. */
const BLOCK_LINE = /^\s*(?:- +)?([A-Za-z][A-Za-z0-9]*)(?:[ \t]*:)?(?:[ \t]+(.*))?$/;
const LIST_LINE = /^\s*- +[\w.:/*-]+\s*(?:#.*)?$/;
const ANY_KEY_LINE = /^\s*(?:- +)?["']?[\w.:/*-]+["']?[ \t]*:(?:\s|$)/;
const SECRET_WORD = /secret|passw|passphrase|token|identity|credential|private.?key|api.?key/i;

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
  const strict = findStrictLines(lines);
  for (const [index, line] of lines.entries()) {
    const secret = findSecretWord(line);
    if (secret !== undefined) {
      hidden.set(index + 1, secret);
      region = openRegion(line, secret);
    } else if (region !== undefined && isInside(region, line)) {
      hidden.set(index + 1, region.label);
    } else {
      region = undefined;
      if (!isHarmless(line, strict[index] ?? true)) {
        hidden.set(index + 1, '');
      }
    }
  }
  return hidden;
}

/** Per line: whether its document may be a Target. */
function findStrictLines(lines: readonly string[]): boolean[] {
  const strict: boolean[] = [];
  let start = 0;
  for (let end = 0; end <= lines.length; end++) {
    if (end === lines.length || /^(?:---|\.\.\.)/.test(lines[end] ?? '')) {
      const part = lines.slice(start, end);
      const kinds = part.filter((line) => /^["']?kind\b/.test(line));
      const open = kinds.length > 0 && kinds.every((line) => /^kind\s*:?\s*(?:Api|Client)\s*(?:#.*)?$/.test(line));
      part.forEach(() => strict.push(!open));
      start = end;
    }
  }
  return strict;
}

function findSecretWord(line: string): string | undefined {
  if (/^\s*secrets?\s*:\s*(?:#.*)?$/.test(line)) {
    return undefined;
  }
  const rest = line.replaceAll('tokenLifetime', '');
  for (const [word] of rest.matchAll(/[A-Za-z][A-Za-z0-9_.-]*/g)) {
    if (isSecretKey(word)) {
      return /^[A-Za-z]+$/.test(word) ? word : '';
    }
  }
  return SECRET_WORD.test(rest) ? '' : undefined;
}

function openRegion(line: string, word: string): Region {
  const after = word === '' ? '' : line.slice(line.indexOf(word) + word.length).replace(/^["']?\s*:?\s*/, '');
  const quote = /^(?:[&!]\S*\s+)*(["'])/.exec(after)?.[1];
  const open = quote !== undefined && after.split(quote).length % 2 === 0;
  return {
    indent: indentOf(line),
    label: word,
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

function isHarmless(line: string, strict: boolean): boolean {
  if (/^\s*(?:#.*)?$/.test(line) || /^(?:---|\.\.\.)\s*$/.test(line)) {
    return true;
  }
  const [, key = '', value = ''] = BLOCK_LINE.exec(line) ?? [];
  if (!strict) {
    return ANY_KEY_LINE.test(line) || LIST_LINE.test(line) || isKnownKey(key);
  }
  const bare = value.replace(/\s*#.*$/, '');
  return (
    (isSafeTargetKey(key) && !/[@?#{}[\],&*]/.test(value)) ||
    (isStructuralKey(key) && bare === '') ||
    (/^secrets?$/.test(key) && bare === '')
  );
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
