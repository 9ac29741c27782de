/** The contract on a real Keycloak, behind a proxy that can lose answers. */
import { keycloakCapabilities } from '../../../src/providers/keycloak/capabilities.ts';
import { openKeycloakPlace } from './keycloak-place.ts';
import { describeProvider } from './provider-contract.ts';

describeProvider('Keycloak', keycloakCapabilities, openKeycloakPlace);
