import { auth0 } from './auth0/description.ts';
import type { ProviderDescription } from './description.ts';
import { keycloak } from './keycloak/description.ts';

/** The kinds of provider that manifests may name, in the order in which documents and errors list them. */
export const PROVIDERS: readonly ProviderDescription[] = [keycloak, auth0];
