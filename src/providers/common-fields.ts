import { FieldWords } from '../model/field-words.ts';
import type { FieldDescription } from '../model/field-words.ts';
import { hasMore, isLonger, overlapsLonger } from './widening.ts';

/** What objects have at every provider. */
const COMMON_FIELDS: readonly FieldDescription[] = [
  { path: 'clientId', label: 'client id', usual: (name) => name },
  { path: 'stack', weight: 95, isSilentOnCreate: true, isMark: true },
  { path: 'name', weight: 94, isSilentOnCreate: true, isMark: true },
  { path: 'owner', weight: 93, isSilentOnCreate: true, isMark: true },
  { path: 'description', weight: 92, kind: 'prose', isSilentOnCreate: true },
  { path: 'labels', weight: 91, kind: 'prose', isSilentOnCreate: true },
  { path: 'labels *', label: 'label *', kind: 'prose' },
  {
    path: 'enabled',
    label: 'state',
    weight: 1,
    usual: () => true,
    isSwitch: true,
    widens: (before, after) => before === false && after === true,
    breaks: (_before, after) => (after === false ? 'shuts the client out: no token any more' : undefined),
  },
  { path: 'access', weight: 15, isShownOnDelete: true, widens: hasMore },
  { path: 'access * scopes', label: 'may call *' },
  { path: 'access * onRequest', label: 'on request *' },
  { path: 'scopes', isShownOnDelete: true },
  { path: 'scopes * *', label: '* *' },
  { path: 'scopes * description', label: '* description', kind: 'prose' },
  { path: 'webOrigins', label: 'web origins' },
  { path: 'audience', weight: 16, widens: (before, after) => before !== undefined && after !== undefined },
  { path: 'introspectedBy', label: 'introspected by', weight: 17 },
  { path: 'tokenLifetime', label: 'token lifetime', weight: 19, kind: 'lifetime', widens: isLonger },
  {
    path: 'senderConstrained',
    label: 'sender-constrained',
    weight: 19,
    widens: (before, after) => typeof before === 'string' && after !== before && after !== 'dpop',
    breaks: (_before, after) => (after === 'dpop' ? 'breaks callers that send no DPoP proof' : undefined),
  },
  {
    path: 'tokenAlg',
    label: 'token algorithm',
    weight: 19,
    kind: 'choice',
    breaks: () => 'breaks Apis that take no other algorithm',
  },
  {
    path: 'tokenType',
    label: 'token type',
    weight: 19,
    kind: 'choice',
    breaks: () => 'breaks Apis that take no other type',
  },
  {
    path: 'auth',
    label: 'authentication',
    weight: 20,
    usual: () => 'client_secret_basic',
    // From one method to another a new one is accepted; from any to one nothing is.
    widens: (before, after) => before !== undefined && before !== 'any' && after !== undefined,
  },
  {
    path: 'signingAlg',
    label: 'assertions signed with',
    weight: 21,
    // Of one from another algorithm to another a new one is accepted.
    widens: (before, after) => typeof before === 'string' && typeof after === 'string' && before !== 'any',
  },
  { path: 'strayKeys', label: 'other public keys', weight: 22 },
  { path: 'endedKeys', label: 'keys past their overlap', weight: 23 },
  { path: 'overlap', isSilentOnCreate: true, widens: overlapsLonger },
  {
    path: 'rotateEvery',
    label: 'rotated every',
    kind: 'duration',
    isSilentOnCreate: true,
    // Of a client from before this was noted nothing is known.
    widens: (before, after, path) => before !== null && isLonger(before, after, path),
  },
];

/** The words for the fields of providers: where two have a field of one path, it means the same. */
export function makeFieldWords(providers: readonly { readonly fields: readonly FieldDescription[] }[]): FieldWords {
  return new FieldWords([...COMMON_FIELDS, ...providers.flatMap(({ fields }) => fields)]);
}
