import type { Finding, Position } from '../model/finding.ts';
import type { ApiSpec } from './schema/api.ts';
import type { ClientSpec } from './schema/client.ts';
import type { TargetSpec } from './schema/target.ts';
import type { Path } from './values.ts';

export type { Path };

/** A file as read: its name as the user knows it, and its text without a byte-order mark. */
export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Where something is wrong, before its line and column are known: those are looked up only for what is reported,
 * since to keep the syntax trees of 100,000 manifests would take gigabytes.
 */
export type Place =
  | { readonly file: SourceFile; readonly offset: number }
  | {
      readonly file: SourceFile;
      /** The index of the document in the file. */
      readonly document: number;
      readonly path: Path;
      readonly part: 'key' | 'value';
    };

/** A Finding whose position is still to be looked up. */
export interface Problem {
  readonly severity: Finding['severity'];
  readonly rule: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly place: Place;
}

/** One document of a file as a plain value; `value` is undefined where its syntax is broken. */
export interface RawDocument {
  readonly file: SourceFile;
  readonly document: number;
  readonly position: Position;
  readonly value: unknown;
  /** True when something in it could not be read, so that what is there may not be all. */
  readonly broken: boolean;
}

interface ManifestBase {
  readonly file: SourceFile;
  readonly document: number;
  readonly position: Position;
  readonly name: string;
  readonly owner: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** spec as written, for merge patches. */
  readonly raw: Readonly<Record<string, unknown>>;
  /**
   * Paths that the schema refused and that are not in `spec`; empty for a valid document. A document with some still
   * stands for its name, so that one mistake is not reported again wherever that name is used.
   */
  readonly refused: readonly Path[];
}

/** A document of each kind; `spec` is undefined when too little of it was valid. */
export interface ApiManifest extends ManifestBase {
  readonly kind: 'Api';
  readonly spec: ApiSpec | undefined;
}
export interface ClientManifest extends ManifestBase {
  readonly kind: 'Client';
  readonly spec: ClientSpec | undefined;
}
export interface TargetManifest extends ManifestBase {
  readonly kind: 'Target';
  readonly spec: TargetSpec | undefined;
}
export type Manifest = ApiManifest | ClientManifest | TargetManifest;
