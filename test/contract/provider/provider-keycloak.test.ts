/** The contract on a real Keycloak, behind a proxy that can lose answers. */
import { inject } from 'vitest';
import { keycloakCapabilities } from '../../../src/providers/keycloak/capabilities.ts';
import { openKeycloakPlace } from './keycloak-place.ts';
import { describeProvider } from './provider-contract.ts';

const { version } = inject('keycloak');

describeProvider(`Keycloak ${version}`, keycloakCapabilities(version), openKeycloakPlace);
