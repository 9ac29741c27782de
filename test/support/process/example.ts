/** The manifests of the example, for targets of the test's own. */
import { readdirSync, readFileSync } from 'node:fs';

/** Named by an override of the example. */
const LOCAL = `
apiVersion: grantry/v1
kind: Target
metadata: {name: local}
spec:
  stack: elsewhere
  provider: {keycloak: {url: "http://localhost:1", realm: elsewhere, auth: {clientId: x, clientSecret: "\${env:X}"}}}
  store: {file: {path: nowhere, identity: "\${env:X}"}}
`;

/** All of the example but its Targets, as one YAML stream. */
export const EXAMPLE = readdirSync('manifests', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(`manifests/${name}`, 'utf8'))
  .filter((text) => !/^kind: Target$/m.test(text))
  .concat(LOCAL)
  .join('\n---\n');
