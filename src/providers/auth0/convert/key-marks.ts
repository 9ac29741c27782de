import type { Metadata } from './marks.ts';
import { MARK } from './marks.ts';

/**
 * What grantry notes of an application's keys: Auth0 lists credentials by ids that say nothing of the key, but the key behind an
 * id never changes. So a listing of applications shows which keys there are, with no request for each.
 */
export interface MarkedKeys {
  readonly present: MarkedKey;
  /** The one before, while it is accepted. */
  readonly previous?: { readonly credentialId: string; readonly until: number };
}

export interface MarkedKey {
  /** Auth0's own id of the credential. */
  readonly credentialId: string;
  /** The `kid`. */
  readonly keyId: string;
  readonly alg: string;
  /** Unix seconds. */
  readonly createdAt: number;
}

const FORMAT = /^(?<id>\S+) (?<kid>\S+) (?<alg>\S+)@(?<at>\d{1,10})(?: (?<before>\S+)@(?<until>\d{1,10}))?$/;

/** `CREDENTIAL KID ALG@SECONDS`, and behind it the one before with its end: `CREDENTIAL@SECONDS`. */
export function formatKeys({ present, previous }: MarkedKeys): string {
  const { credentialId, keyId, alg, createdAt } = present;
  const before = previous === undefined ? '' : ` ${previous.credentialId}@${previous.until}`;
  return `${credentialId} ${keyId} ${alg}@${createdAt}${before}`;
}

/** A mark that cannot be read counts as none: then no key is grantry's, and a new one is made. */
export function parseKeys(metadata: Metadata): MarkedKeys | undefined {
  const found = FORMAT.exec(metadata[MARK.keys] ?? '')?.groups;
  if (found === undefined) return undefined;
  const { id = '', kid = '', alg = '', at, before, until } = found;
  const present = { credentialId: id, keyId: kid, alg, createdAt: Number(at) };
  return before === undefined ? { present } : { present, previous: { credentialId: before, until: Number(until) } };
}
