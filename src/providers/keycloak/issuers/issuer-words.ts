import type { FieldDescription } from '../../../model/field-words.ts';
import { isLonger } from '../../widening.ts';

/** What a reviewer reads of the fields in `issuer-fields.ts`. */
export const ISSUER_WORDS: readonly FieldDescription[] = [
  {
    path: 'trusts',
    label: 'trusts tokens of',
    weight: 1,
    isShownOnDelete: true,
    // With a token of that issuer the clients that name it can be logged in as.
    widens: (before, after) => after !== null && after !== before,
  },
  {
    path: 'jwksUrl',
    label: 'checks them with the keys at',
    weight: 2,
    widens: (before, after) => before !== undefined && after !== before,
  },
  {
    path: 'trustDomain',
    label: 'trusts tokens of',
    weight: 1,
    widens: (before, after) => after !== null && after !== before,
  },
  { path: 'alias', weight: 3 },
  { path: 'kind', weight: 4, usual: () => 'oidc' },
  {
    path: 'takesAssertions',
    label: 'supports client assertions',
    usual: () => true,
    widens: (before, after) => before === false && after === true,
  },
  { path: 'checksSignatures', label: 'checks signatures', usual: () => true },
  {
    path: 'reuse',
    label: 'a token may be used again',
    widens: (before, after) => before === false && after === true,
  },
  { path: 'maxTokenAge', label: 'longest age of a token', kind: 'lifetime', widens: isLonger },
  { path: 'hidden', label: 'hidden on the login page', usual: () => true },
  { path: 'otherSettings', label: 'other settings' },
];
