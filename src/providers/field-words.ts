import { FieldWords } from '../model/field-words.ts';
import type { FieldDescription } from '../model/field-words.ts';
import { AUTH0_FIELDS } from './auth0/field-words.ts';
import { KEYCLOAK_FIELDS } from './keycloak/field-words.ts';

/** What objects have at every provider. */
const COMMON: readonly FieldDescription[] = [
  { path: 'clientId', label: 'client id', usual: (name) => name },
  { path: 'stack', weight: 95, isSilentOnCreate: true, isMark: true },
  { path: 'name', weight: 94, isSilentOnCreate: true, isMark: true },
  { path: 'owner', weight: 93, isSilentOnCreate: true, isMark: true },
  { path: 'description', weight: 92, kind: 'prose', isSilentOnCreate: true },
  { path: 'labels', weight: 91, kind: 'prose', isSilentOnCreate: true },
  { path: 'labels *', label: 'label *', kind: 'prose' },
  { path: 'enabled', usual: () => true },
  { path: 'access', weight: 15, isShownOnDelete: true },
  { path: 'access * scopes', label: 'may call *' },
  { path: 'access * onRequest', label: 'on request *' },
  { path: 'scopes', isShownOnDelete: true },
  { path: 'scopes * *', label: '* *' },
  { path: 'scopes * description', label: '* description', kind: 'prose' },
  { path: 'webOrigins', label: 'web origins' },
  { path: 'audience', weight: 16 },
  { path: 'introspectedBy', label: 'introspected by', weight: 17 },
  { path: 'tokenLifetime', label: 'token lifetime', weight: 19, kind: 'lifetime' },
  { path: 'auth', label: 'authentication', weight: 20, usual: () => 'client_secret_basic' },
  { path: 'overlap', isSilentOnCreate: true },
  { path: 'rotateEvery', label: 'rotated every', kind: 'duration', isSilentOnCreate: true },
];

/** The words for the fields of all providers: where two have a field of one path, it means the same. */
export const FIELD_WORDS = new FieldWords([...COMMON, ...KEYCLOAK_FIELDS, ...AUTH0_FIELDS]);
