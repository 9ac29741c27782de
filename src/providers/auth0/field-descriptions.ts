import type { FieldDescription } from '../../model/field-words.ts';

/** What a reviewer reads of the fields in `fields.ts`. */
export const AUTH0_FIELDS: readonly FieldDescription[] = [
  { path: 'displayName', label: 'display name', usual: (name) => name },
  { path: 'appType', label: 'application type', usual: () => 'non_interactive' },
  { path: 'grantTypes', label: 'grant types', usual: () => ['client_credentials'] },
  { path: 'oidcConformant', label: 'OIDC conformant', usual: () => true },
  { path: 'authenticationMethod', label: 'authentication method', usual: () => 'client_secret' },
  {
    path: 'signingAlgorithm',
    label: 'signing algorithm',
    usual: () => 'RS256',
    breaks: () => 'breaks Apis that take no other algorithm',
  },
  { path: 'allowedOrigins', label: 'allowed origins' },
  { path: 'logoutUrls', label: 'logout URLs' },
  { path: 'access * organizations', label: 'organizations *' },
  { path: 'otherGrants *', label: 'may call *' },
  { path: 'metadata *', label: 'metadata *' },
];
