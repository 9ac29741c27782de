import type { Finding } from '../model/finding.ts';
import type { Op } from '../model/plan.ts';
import type { Danger } from '../engine/plan/danger.ts';

/**
 * A result for people, in no format yet. Each format lays all pages out by the same rules: in text the worst comes last, right
 * above the summary, where a reader of a terminal looks first; in Markdown the summary and the worst come first, and what went well
 * is folded away.
 */
export interface Page {
  readonly head: Head;
  /** What it came to, in few words: `2 changes done`, `1 failed`. */
  readonly headline: readonly Phrase[];
  /** What must be said with it, each a sentence. */
  readonly sentences: readonly Phrase[];
  /** There is no more to it than its headline: text has it in one line. */
  readonly isBrief?: boolean;
  /** What a reader must know to read the result right, each a sentence with its full stop. */
  readonly remarks: readonly Remark[];
  readonly blocks: readonly Block[];
  /** What belongs beside the result, such as overdue rotations. */
  readonly notices: readonly string[];
}

/** What a page is about. */
export interface Head {
  /** Absent: the headline says it. */
  readonly name?: Words;
  /** What was read; the store is absent where it was not. */
  readonly origin?: { readonly provider: string; readonly store?: string; readonly stack: string };
}

/** grantry's own words, and between them what others wrote. */
export type Words = string | readonly (string | UntrustedText)[];

/** Text of others: each format shows it so that it can do nothing. */
export interface UntrustedText {
  readonly untrusted: string;
  /** Columns at most, where it is not to be repeated in full. */
  readonly limit?: number;
}

/** Words without a full stop, and how they are meant: `alarm` is what a reviewer must not miss. */
export interface Phrase {
  readonly words: Words;
  readonly tone?: 'good' | 'bad' | 'alarm';
}

export interface Remark {
  readonly words: Words;
  readonly isWarning: boolean;
}

/** All that a page is made of. A format that knows these knows every result. */
export type Block = RefusalsBlock | ChangesBlock | OutcomesBlock | TableBlock | FindingsBlock | CodeBlock;

/** What stands in the way of something, with a way out of each. */
export interface RefusalsBlock {
  readonly kind: 'refusals';
  readonly title: string;
  readonly refusals: readonly { readonly label: string; readonly reason: string; readonly hint: string }[];
}

/** Changes to objects, the most dangerous first. */
export interface ChangesBlock {
  readonly kind: 'changes';
  readonly changes: readonly ChangeEntry[];
  /** The command that shows all of them, where a format has no room for them. */
  readonly command: string;
  /** What to know of those that are left out, a sentence. */
  readonly ofTheRest: string;
}

/** One change to an object. */
export interface ChangeEntry {
  readonly op: Op;
  readonly address: string;
  readonly owner: string;
  /** Why; empty where it goes without saying. */
  readonly reason: string;
  /** The worst first. */
  readonly dangers: readonly Danger[];
  /** What is marked comes first: the rest may be cut. */
  readonly lines: readonly ChangeLine[];
}

/** One field of a change; texts are as they came, not yet made printable. */
export interface ChangeLine {
  readonly label: string;
  readonly value: LineValue;
  /** What stands behind the mark of a line that a reviewer must not miss; absent where it is none. */
  readonly alarm?: string;
  readonly note?: string;
}

/** What one line of a change says of its field. */
export type LineValue =
  | { readonly kind: 'items'; readonly added: readonly Item[]; readonly removed: readonly Item[] }
  | { readonly kind: 'replaced'; readonly before: string; readonly after: string }
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'place'; readonly text: string };

/** A member of a list, with what is to be said of it. */
export interface Item {
  readonly name: string;
  readonly about?: string;
}

/** How pieces of work ended. */
export interface OutcomesBlock {
  readonly kind: 'outcomes';
  /** Columns that what was done and how it ended take in most cases. */
  readonly widths: { readonly what: number; readonly word: number };
  /** The worst first. */
  readonly groups: readonly OutcomeGroup[];
}

export interface OutcomeGroup {
  /** How they ended: `failed`. */
  readonly word: string;
  /** What many of them are called, where it is not the word. */
  readonly title?: string;
  readonly mark: 'passed' | 'failed' | 'skipped' | 'idle' | 'same';
  /** A reader must look at each. */
  readonly isBad?: true;
  readonly outcomes: readonly Outcome[];
}

export interface Outcome {
  readonly name: string;
  /** What was done: `create`. */
  readonly what?: string;
  /** How it ended, where the word of its group does not say it all. */
  readonly word?: string;
  /** In grantry's own words, before the text: `2 of 3 checks failed`. */
  readonly brief?: string;
  readonly text: string;
  /** What to do. Lines after the first are to be copied as they are. */
  readonly hint?: string;
  readonly notes?: readonly OutcomeNote[];
}

/** A part of it that went wrong, or that could not be tested. */
export interface OutcomeNote {
  readonly mark: 'failed' | 'open';
  readonly text: string;
  readonly detail?: string;
}

/** Rows under heads. */
export interface TableBlock {
  readonly kind: 'table';
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly TableRow[];
}

interface TableRow {
  readonly cells: readonly string[];
  /** Somebody has to do something. */
  readonly isWarning: boolean;
  /** What, each on a line of its own below the row. */
  readonly remarks: readonly string[];
}

/** What was found in manifests. */
export interface FindingsBlock {
  readonly kind: 'findings';
  readonly findings: readonly Finding[];
}

/** Lines that are shown as they are. */
export interface CodeBlock {
  readonly kind: 'code';
  readonly lines: readonly string[];
}
