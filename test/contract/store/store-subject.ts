import { randomBytes } from 'node:crypto';
import type { Store, StoreDocument, StoreMark } from '../../../src/stores/store.ts';
import { secretPayload } from '../../support/stored-secrets.ts';

/** A store under test, and what others do at the same places. */
export interface StoreSubject {
  readonly store: Store;
  /** A second access to the same places, as another process has it. */
  readonly another: () => Promise<Store>;
  /** What lies at a path, past the store; undefined when nothing does. */
  readonly raw: (path: string) => Promise<RawPlace | undefined>;
  /** Writes a version and metadata as somebody else would. */
  readonly putForeign: (path: string, data: Record<string, unknown>, pairs?: Record<string, string>) => Promise<void>;
  /** Deletes the latest version as somebody else would, metadata kept. */
  readonly deleteLatest: (path: string) => Promise<void>;
  /** The client_secret of the version before the latest, as a consumer finds it; `version`: its number. */
  readonly previousSecret: (path: string, version: number) => Promise<unknown>;
  /** What is wrong with a path in this kind of store, as its description says. */
  readonly pathProblem?: (path: string) => string | undefined;
  /** Makes a folder that must be there before a document is; not given: nothing is to be done. */
  readonly makeFolder?: (folder: string) => Promise<void>;
  /** What others do to records, by their names. */
  readonly records: {
    /** Deletes the latest version. */
    readonly remove: (name: string) => Promise<void>;
    /** What output calls its place; by default it lies under `.grantry`. */
    readonly place?: (name: string) => string;
    /** How many versions the store keeps. */
    readonly kept: (name: string) => Promise<number>;
  };
  /** Requests to the server since the last call; undefined for a store without one. */
  readonly countRequests: () => number | undefined;
  /** Text that the store left somewhere in the clear: files, for a store that has any. */
  readonly leftovers: () => Promise<string>;
}

interface RawPlace {
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly pairs: Readonly<Record<string, string>>;
}

export type SubjectOf = () => StoreSubject;

/** A path that no other test uses. */
export function freshPath(folder = 'team-checkout'): string {
  return `${folder}/client-${randomBytes(6).toString('hex')}`;
}

/** A folder that no other test uses, ready for documents. */
export async function freshFolder({ makeFolder }: Pick<StoreSubject, 'makeFolder'>, name = 'folder'): Promise<string> {
  const folder = `${name}-${randomBytes(6).toString('hex')}`;
  await makeFolder?.(folder);
  return folder;
}

/** Whether a store of this kind can keep a document there. */
export function isPath({ pathProblem }: StoreSubject, path: string): boolean {
  return pathProblem?.(path) === undefined;
}

export function markOf(client = 'order-service', rest: Partial<StoreMark> = {}): StoreMark {
  return { stack: 'acme-platform', client, owner: 'team-checkout', state: 'active', ...rest };
}

export function documentOf(secret: string, facts: Record<string, string> = {}): StoreDocument {
  return { clientId: 'order-service', payload: secretPayload(secret), facts: { audience: 'https://a', ...facts } };
}

/** The error that a promise ends with, whatever it is. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}
