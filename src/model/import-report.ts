import type { Address } from './address.ts';
import type { LeftOut } from './estate.ts';
import type { ReportHead } from './report.ts';

/** What import made a manifest of. */
export interface ImportedObject {
  readonly address: Address;
  /** The client_id, or the audience. */
  readonly id: string;
  readonly owner: string;
  /** ISO 8601; undefined where that is not known, and of an Api. */
  readonly lastUsed: string | undefined;
  /** Where it is written, as the user names files; undefined: nothing is written. */
  readonly file: string | undefined;
}

/** What a manifest declares already: it stays as it is declared. */
export interface DeclaredObject {
  readonly address: Address;
  readonly id: string;
}

/** A client that the Target says is none of import's business. */
export interface IgnoredObject {
  /** The client_id. */
  readonly id: string;
  readonly reason: string;
}

/** What stays as it is, for a reader. */
export type LeftOutObject = Omit<LeftOut, 'facts' | 'mark' | 'proposal'>;

/** What is said of it, as sentences: its name where the id says nothing to people, why it stays as it is, and what to do. */
export function leftOutSentences({
  id,
  displayName,
  why,
  todo,
}: Pick<LeftOut, 'id' | 'displayName' | 'why' | 'todo'>): string[] {
  return [...(displayName === id ? [] : [`It is called ${displayName}.`]), why, todo];
}

/** A file with new documents in it. */
export interface ImportedFile {
  /** As the user names files. */
  readonly path: string;
  /** False: they were put at the end of a file that import wrote before. */
  readonly isNew: boolean;
  readonly documents: number;
}

/** What one import found, and what it wrote. */
export interface ImportReport extends Pick<ReportHead, 'target' | 'stack' | 'provider'> {
  /** Nothing was to be written: undeclared clients are looked for. */
  readonly check: boolean;
  readonly imported: readonly ImportedObject[];
  readonly leftOut: readonly LeftOutObject[];
  readonly declared: readonly DeclaredObject[];
  readonly ignored: readonly IgnoredObject[];
  /** client_ids of clients that no manifest declares and the Target does not ignore, sorted: as it was before this import. */
  readonly shadow: readonly string[];
  readonly files: readonly ImportedFile[];
  readonly notices: readonly string[];
}
