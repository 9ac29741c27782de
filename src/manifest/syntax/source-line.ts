import { findSecretPart, isSecretKey, mayHoldCredential } from './credential-keys.ts';
import { hideInText } from './mask-text.ts';
import { hideInTrees } from './mask-tree.ts';
import type { HiddenLines } from './mask-tree.ts';
import { lineText } from './syntax-view.ts';
import type { SyntaxView } from './syntax-view.ts';

const HIDDEN = '‹hidden›';

/** Finds all lines of a file that hold a credential, or may; with `doubtful`, by the text as well as by the trees. */
export function findHiddenLines(view: SyntaxView, doubtful: boolean): HiddenLines {
  const hidden = hideInTrees(view);
  if (doubtful) {
    for (const [line, label] of hideInText(view.file.text)) {
      hidden.set(line, hidden.get(line) || label);
    }
  }
  return hidden;
}

/**
 * A line as it may be shown. One that holds a credential becomes `clientSecret: ‹hidden›`, with a `…` before it
 * where other things stood on the line.
 */
export function showLine(view: SyntaxView, line: number, hidden: HiddenLines): string {
  const text = lineText(view, line);
  const label = hidden.get(line);
  if (label === undefined && !mayHoldCredential(text) && !(text.match(/[&*!]\S+/g) ?? []).some(findSecretPart)) {
    return hideComment(text);
  }
  const indent = /^\s*(?:- +)?/.exec(text)?.[0] ?? '';
  if (label === undefined || label === '') {
    return `… ${HIDDEN}`;
  }
  const inPlace = text.startsWith(`${indent}${label}:`);
  return inPlace ? `${indent}${label}: ${HIDDEN}` : `… ${label}: ${HIDDEN}`;
}

/** People leave old credentials in comments. */
function hideComment(text: string): string {
  const start = text.search(/(?:^|\s)#/);
  const comment = start === -1 ? '' : text.slice(start);
  const words = [...comment.matchAll(/[A-Za-z][A-Za-z0-9_.-]*/g)];
  const telling = findSecretPart(comment) !== undefined || words.some(([word]) => isSecretKey(word));
  return telling ? text.slice(0, start) : text;
}
