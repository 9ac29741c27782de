import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { keycloakSettings } from '../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { hideSecrets } from '../../model/secrets/known-secrets.ts';
import { keycloak } from './description.ts';

it('opening: makes what a job asks for id tokens with a secret before anything is sent or run, where it is used', async () => {
  const bearer = randomBytes(12).toString('hex');
  const ports = portsOver(async () => Response.error(), { env: { ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } });
  await keycloak.opener().open(keycloakSettings(), ports);
  expect(hideSecrets(bearer)).toBe(bearer);
  await keycloak.opener().open(keycloakSettings({ auth: { kind: 'github', realm: 'acme', clientId: 'a' } }), ports);
  expect(hideSecrets(bearer)).toBe('‹hidden›');
});
