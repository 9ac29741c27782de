/** A place in a manifest; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Something wrong (or doubtful) in the manifests, with the place and the way out. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** The stable name of the rule that found it, such as `unknown-key`. */
  readonly rule: string;
  readonly message: string;
  readonly position: Position;
  /** The offending source line, credentials already hidden. */
  readonly sourceLine?: string;
  /** The nearest valid name, where the message is about a name. */
  readonly suggestion?: string;
}
