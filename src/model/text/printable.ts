/**
 * Where text of others becomes output. Names and descriptions come from servers and from pull requests, and servers quote what was
 * sent to them: nothing of it may move a cursor, hide or reorder what a reader sees, command a CI runner, or hold a secret.
 * grantry's own line breaks are put in behind these functions.
 */
import { hideAllSecrets, hideSecrets } from '../secrets/known-secrets.ts';

/** Control, format, unassigned and invisible characters, lone surrogates, and blanks that are not the plain one. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;
const NOT_ASCII = /[^ -~]/gu;
const PLAIN_ASCII = /^[ -~]*$/;
const PLAIN_LINES = /^[\n -~]*$/;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text on one line, with whatever cannot be seen written as an escape such as `\n` or `\u{1b}`. */
export function printable(text: string, style: { readonly unicode: boolean } = UTF8): string {
  const shown = hideSecrets(text);
  if (PLAIN_ASCII.test(shown)) return shown;
  const visible = shown.replace(UNPRINTABLE, escapeCharacter);
  return style.unicode ? visible : visible.replace(NOT_ASCII, escapeCharacter);
}

const UTF8 = { unicode: true };

function escapeCharacter(character: string): string {
  return SHORT_ESCAPES[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The text with whatever cannot be seen, but for line breaks and blanks of a line, replaced by an escape of another language. */
export function withEscapes(text: string, escape: (codePoint: number) => string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : escape(character.codePointAt(0) ?? 0),
  );
}

/** Words of a server: on one line, no longer than this, and without any secret. */
export function quoted(text: string, longest = MAX_QUOTED): string {
  // Half a secret would be none that is known.
  return shortened(printable(hideAllSecrets(text)), longest);
}

const MAX_QUOTED = 300;

/** The beginning of a text that is longer than this many UTF-16 units. */
export function shortened(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** One JSON text, such as that of `JSON.stringify`: its strings hold nothing that a terminal or a runner acts on, and parse alike. */
export function printableJsonText(json: string): string {
  const shown = hideSecrets(json).replace(COMMAND_IN_LINE, '\\u0023');
  if (PLAIN_ASCII.test(shown)) return shown;
  // Outside of strings JSON has no such characters, so that each can become the escape of its UTF-16 units.
  return shown.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** A value as JSON on a line of its own, for a log. */
export function jsonLine(value: object): string {
  return `${printableJsonText(JSON.stringify(value))}\n`;
}

/** An escape sequence that paints, as grantry's own. */
const COLOR = `${String.fromCodePoint(0x1b)}\\[[\\d;]*m`;

/** `::command::` where a line begins, which blanks and colours may stand before: GitHub's and Forgejo's runners obey it. */
const COMMAND_AT_START = new RegExp(`^((?:[^\\S\\n]|${COLOR})*):(?=:)`, 'gm');
/** `##[command]`, `##vso[command]`, `##teamcity[command]`, wherever it stands. */
const COMMAND_IN_LINE = /#(?=#[a-z]*\[)/gi;

/** What may stand in whole output beside what can be seen: line breaks, and colours where they are grantry's own. */
const NOT_IN_LINES = new RegExp(
  `${COLOR}|\\n|[\\p{C}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]|(?! )\\p{Zs}`,
  'gu',
);

export interface OutputText {
  /** Whether grantry paints here; else no escape sequence is its own. */
  readonly color?: boolean;
  /** It holds commands for the runner, which grantry gives on purpose. */
  readonly commands?: boolean;
}

/** The last thing that happens to all text that goes to standard output and standard error, wherever it was put together. */
export function outputText(text: string, { color = false, commands = false }: OutputText = {}): string {
  const shown = commands ? hideSecrets(text) : withoutCommands(hideSecrets(text));
  if (PLAIN_LINES.test(shown)) return shown;
  return shown.replace(NOT_IN_LINES, (found) => {
    if (found === '\n') return found;
    const isColor = found.startsWith('\u001B[');
    if (isColor && color) return found;
    return isColor ? escapeCharacter('\u001B') + found.slice(1) : escapeCharacter(found);
  });
}

function withoutCommands(text: string): string {
  return text.replace(COMMAND_IN_LINE, '\\u{23}').replace(COMMAND_AT_START, '$1\\u{3a}');
}
