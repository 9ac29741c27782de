/** The contract on the provider in memory: as it is by itself, and with as little or as much as others can do. */
import { auth0Capabilities } from '../../../src/providers/auth0/capabilities.ts';
import { keycloakCapabilities } from '../../../src/providers/keycloak/capabilities.ts';
import { memoryCapabilities } from '../../../src/providers/memory/index.ts';
import { openMemoryPlace } from './memory-place.ts';
import { describeProvider } from './provider-contract.ts';

const AS_KEYCLOAK =
  '{keycloak: {url: "https://memory.test", realm: m, auth: {clientId: grantry, clientSecret: "${env:SECRET}"}}}';
const AS_AUTH0 = '{auth0: {domain: memory.test, auth: {clientId: grantry, clientSecret: "${env:SECRET}"}}}';

const KINDS = [
  { title: 'memory', capabilities: memoryCapabilities, provider: AS_KEYCLOAK },
  { title: 'memory that can do what Keycloak can', capabilities: keycloakCapabilities(), provider: AS_KEYCLOAK },
  { title: 'memory that can do what Auth0 can', capabilities: auth0Capabilities, provider: AS_AUTH0 },
];

for (const { title, ...kind } of KINDS) describeProvider(title, kind.capabilities, () => openMemoryPlace(kind));
