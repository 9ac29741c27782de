import { MARK } from './marks.ts';
import type { Metadata } from './marks.ts';

/**
 * What grantry notes of an application's keys: Auth0 lists credentials by ids that say nothing of the key, but the key behind an
 * id never changes. So a listing of applications shows which keys there are, with no request for each.
 */
export interface MarkedKeys {
  /** What its assertions are to be signed with. */
  readonly alg: string;
  /** The newest; undefined: none is registered yet. */
  readonly present?: MarkedKey | undefined;
  /** One from before, while it is accepted. */
  readonly previous?: PreviousKey | undefined;
}

export interface MarkedKey {
  /** Auth0's own id of the credential. */
  readonly credentialId: string;
  /** The `kid`. */
  readonly keyId: string;
  /** Unix seconds. */
  readonly createdAt: number;
}

export interface PreviousKey {
  readonly credentialId: string;
  /** Unix seconds. */
  readonly until: number;
}

const FORMAT =
  /^(?<alg>\w+)(?: (?<id>[\w-]+):(?<kid>[\w-]+)@(?<at>\d{1,10}))?(?: (?<before>[\w-]+)@(?<until>\d{1,10}))?$/;

/** `ALG`, the present key as `CREDENTIAL:KID@MADE`, and the one before as `CREDENTIAL@END`. */
export function formatKeys({ alg, present, previous }: MarkedKeys): string {
  const parts = [
    alg,
    ...(present === undefined ? [] : [`${present.credentialId}:${present.keyId}@${present.createdAt}`]),
    ...(previous === undefined ? [] : [`${previous.credentialId}@${previous.until}`]),
  ];
  return parts.join(' ');
}

/** A mark that cannot be read counts as none: then no key is grantry's, and a new one is made. */
export function parseKeys(metadata: Metadata): MarkedKeys | undefined {
  const found = FORMAT.exec(metadata[MARK.keys] ?? '')?.groups;
  if (found === undefined) return undefined;
  const { alg = '', id, kid, at, before, until } = found;
  return {
    alg,
    ...(id === undefined || kid === undefined
      ? {}
      : { present: { credentialId: id, keyId: kid, createdAt: Number(at) } }),
    ...(before === undefined ? {} : { previous: { credentialId: before, until: Number(until) } }),
  };
}
