import { createHash } from 'node:crypto';
import { GrantryError } from '../../model/errors.ts';
import { checkStorePath } from '../path.ts';

/** Where a Secret lies. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** RFC 1123 label, and a subdomain: labels with dots between them. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

/** Names of Secrets that are records of grantry's own begin so, in every namespace. */
const RECORDS = 'grantry.';

/** What is wrong with the name of a namespace; undefined: nothing. */
export function namespaceProblem(namespace: string): string | undefined {
  if (namespace.length > MAX_LABEL) return `the name of a namespace has at most ${MAX_LABEL} characters`;
  if (LABEL.test(namespace)) return undefined;
  return `"${namespace}" is no name of a namespace: lower-case letters of ASCII, digits and - inside`;
}

/** What is wrong with the path of a document: `NAME`, or `NAMESPACE/NAME`; undefined: nothing. */
export function pathProblem(path: string): string | undefined {
  const parts = path.split('/');
  const [name = ''] = parts.splice(-1);
  if (parts.length > 1) return 'it has more than two parts, and stands for NAMESPACE/NAME';
  const [namespace] = parts;
  return (namespace === undefined ? undefined : namespaceProblem(namespace)) ?? nameProblem(name);
}

function nameProblem(name: string): string | undefined {
  if (name.length > MAX_SUBDOMAIN) return `the name of a Secret has at most ${MAX_SUBDOMAIN} characters`;
  if (!SUBDOMAIN.test(name)) {
    return `"${name}" is no name of a Secret: lower-case letters of ASCII and digits, with - and . only between them`;
  }
  return name.startsWith(RECORDS) ? `names that begin with ${RECORDS} are reserved for grantry itself` : undefined;
}

/** The Secret of a document. */
export function secretAt(path: string, home: string): SecretName {
  const problem = pathProblem(checkStorePath(path));
  if (problem !== undefined) {
    throw new GrantryError('INVALID_INPUT', `${JSON.stringify(path)} is no path for a Kubernetes Secret: ${problem}`, {
      hint: 'Use NAME, or NAMESPACE/NAME.',
    });
  }
  const [name = '', namespace = home] = path.split('/').toReversed();
  return { namespace, name };
}

/** The same path for the same document: with its namespace. */
export function fullPath(path: string, home: string): string {
  return path.includes('/') ? path : `${home}/${path}`;
}

/**
 * The Secret of a record such as `lock/acme`: `grantry.lock.acme`. Names that cannot be one, and those that begin as such a
 * substitute does, are replaced by their digest, so that different records have different names.
 */
export function secretOfRecord(record: string, home: string): SecretName {
  const parts = checkStorePath(record).split('/');
  const plain = parts.every((part) => LABEL.test(part) && !part.startsWith(DIGEST));
  const name = `${RECORDS}${parts.join('.')}`;
  if (plain && name.length <= MAX_SUBDOMAIN) return { namespace: home, name };
  const digest = createHash('sha256').update(record).digest('hex');
  return { namespace: home, name: `${RECORDS}${DIGEST}${digest}` };
}

const DIGEST = 'sha256-';

/** How output names the place of a path, also of one that no Secret can have: it may be from a store before. */
export function locateSecret(path: string, home: string): string {
  return `kubernetes:${fullPath(checkStorePath(path), home)}`;
}

/** How output names a Secret. */
export function describeSecret({ namespace, name }: SecretName): string {
  return `kubernetes:${namespace}/${name}`;
}
