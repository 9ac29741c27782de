/** What commands do that a check is for: reading for a plan, writing, rotating, reading the use of clients, and proving. */
export const PURPOSES = ['plan', 'apply', 'rotate', 'usage', 'verify'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What one look at a server showed, of the many that `doctor` takes. Writes nothing, and holds no secret. */
export interface CheckResult {
  /** Stable and unique in its provider or store, such as `manage-clients`. */
  readonly id: string;
  /** What does not work, or only with risk, where there is trouble; sorted as in `PURPOSES`. */
  readonly purposes: readonly Purpose[];
  /** What was looked at, as words that are true of a pass: `the account may change clients`. */
  readonly title: string;
  readonly finding: CheckFinding;
}

/** `problem`: a command fails. `risk`: all works, and may hurt. `unknown`: it could not be looked at. */
export type CheckFinding =
  | { readonly kind: 'fine'; readonly detail?: string }
  | { readonly kind: 'problem' | 'risk'; readonly what: string; readonly why: string; readonly mend: Mend }
  | { readonly kind: 'unknown'; readonly what: string; readonly why: string; readonly mend?: Mend };

/** What to do about it. */
export interface Mend {
  /** A whole sentence. */
  readonly words: string;
  /** Commands of the server's own tool that do it, without secrets; one a line, to be pasted in order. */
  readonly commands: readonly string[];
}
