/** A store for whole runs: what a Target names, and what others do and see there. */
export interface TestStore {
  /** The key of `store` in a Target. */
  readonly kind: string;
  /** What a Target says below that key. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** What grantry needs in its environment for it. */
  readonly env: Readonly<Record<string, string>>;
  /** Requests since `reset`; undefined of a store without a server. */
  requests(): number | undefined;
  /** What was written since `reset`, records of grantry's own left out: one line for each. */
  writes(): Promise<readonly string[]>;
  reset(): Promise<void>;
  /** The document at a path, as a consumer reads it. */
  read(path: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** What the mark says of the document: `active` or `retired`. */
  stateOf(path: string): Promise<string | undefined>;
  /** Somebody else deletes the document. */
  remove(path: string): Promise<void>;
  /** Somebody else writes a document. */
  putForeign(path: string, data: Readonly<Record<string, string>>): Promise<void>;
  /** Every client_secret in any version of any document. */
  secrets(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens one for a test file; called when the servers run. */
export type OpenTestStore = () => Promise<TestStore>;
