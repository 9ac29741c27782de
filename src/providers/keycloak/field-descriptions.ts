import type { FieldDescription } from '../../model/field-words.ts';
import type { Json } from '../../model/values/json.ts';
import { hasMore, hasMoreThanBefore } from '../widening.ts';
import { ISSUER_WORDS } from './issuers/issuer-words.ts';
import { attributeWidens } from './convert/known-attributes.ts';

/** What a reviewer reads of the fields in `fields.ts`. */
export const KEYCLOAK_FIELDS: readonly FieldDescription[] = [
  { path: 'protocol', usual: () => 'openid-connect' },
  { path: 'authenticator', usual: () => 'client-secret', isSilentOnCreate: true },
  // Another workload may log in from then on.
  { path: 'identity', weight: 21, widens: (_, after) => typeof after === 'string' },
  { path: 'identity alias', label: 'issuer' },
  { path: 'identity subject', label: 'subject' },
  { path: 'flows standard', label: 'standard flow' },
  { path: 'flows implicit', label: 'implicit flow' },
  { path: 'flows directAccessGrants', label: 'direct access grants' },
  { path: 'flows serviceAccount', label: 'service account', usual: () => true },
  { path: 'flows device', label: 'device flow' },
  { path: 'flows ciba', label: 'CIBA flow' },
  { path: 'flows tokenExchange', label: 'token exchange' },
  { path: 'otherScopes', weight: 18, widens: hasMore },
  { path: 'otherScopes default', label: 'other default scopes' },
  { path: 'otherScopes optional', label: 'other optional scopes' },
  {
    path: 'serviceAccount',
    label: 'service account user',
    weight: 14,
    usual: () => 'enabled',
    widens: (before, after) => before !== undefined && before !== 'enabled' && after === 'enabled',
  },
  { path: 'roles', weight: 10, isShownOnDelete: true, widens: hasMore, holdsRoles: true },
  { path: 'roles realm', label: 'realm roles' },
  { path: 'roles clients *', label: 'roles of *' },
  { path: 'roleParts', weight: 11, widens: hasMore, holdsRoles: true },
  { path: 'roleParts realm', label: 'realm roles included' },
  { path: 'roleParts clients *', label: 'roles of * included' },
  { path: 'groups', label: 'roles by groups', weight: 12 },
  // A declared role is wanted twice: as a role, and as a scope mapping.
  { path: 'scopeMappings', weight: 13, repeats: 'roles', widens: hasMore, holdsRoles: true },
  { path: 'scopeMappings realm', label: 'realm roles in tokens' },
  { path: 'scopeMappings clients *', label: 'roles of * in tokens' },
  { path: 'protocolMappers', label: 'protocol mappers' },
  { path: 'publicClient', label: 'public client' },
  { path: 'bearerOnly', label: 'bearer-only' },
  { path: 'consentRequired', label: 'consent required' },
  { path: 'authorizationServices', label: 'authorization services' },
  { path: 'fullScopeAllowed', label: 'full scope allowed' },
  { path: 'redirectUris', label: 'redirect URIs' },
  {
    path: 'attributes',
    weight: 90,
    kind: 'prose',
    widens: (before, after, [, name = '']) => attributeWidens(name, textOf(before), textOf(after)),
  },
  { path: 'attributes *', label: 'attribute *', kind: 'prose' },
  { path: 'scopes * audience', label: '* audience', sharedByNewScopes: 'before', widens: hasMoreThanBefore },
  {
    path: 'scopes * introspectedBy',
    label: '* introspected by',
    sharedByNewScopes: 'after',
    widens: hasMoreThanBefore,
  },
  // Of a new Api, too: a token is for all Apis of a client, and others may go by the claim.
  { path: 'scopes * claims', label: '* claims', sharedByNewScopes: 'after', widens: hasMore },
  { path: 'scopes * inTokenScope', label: '* in scope claim' },
  { path: 'scopes * otherMappers', label: '* other mappers' },
  { path: 'scopes * otherAttributes', label: '* other attributes' },
  { path: 'scopes * roles', label: '* role scope mappings' },
  { path: 'scopes * markedFor', label: '* marked for Api' },
  ...ISSUER_WORDS,
];

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
