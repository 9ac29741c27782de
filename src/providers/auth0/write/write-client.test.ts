import { describe, expect, it } from 'vitest';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { UpdateChange } from '../../../model/plan.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { applicationToFields, unseenMetadata } from '../convert/convert.ts';
import type { ClientFields } from '../fields.ts';
import { openAuth0 } from '../index.ts';
import { application } from '../convert/representations.ts';

const APP = {
  client_id: 'id-1',
  name: 'orders',
  description: 'old',
  app_type: 'non_interactive',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
  oidc_conformant: true,
  client_metadata: { grantry_stack: 'acme', grantry_name: 'orders', grantry_declared: '["team"]', team: 'CANARY' },
};

/** An application in a plan's fields. */
function fieldsOf(declared: Record<string, string>): ClientFields {
  return applicationToFields(application.parse(APP), [], {
    apiOf: new Map(),
    declared,
    rotateEvery: undefined,
    now: 0,
  });
}

describe('updateClient', () => {
  it.each(['as it was sent', 'otherwise'])('gives what the tenant answers: %s', async (how) => {
    const ports = portsOver(async (input, { body } = {}) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      if (pathname === '/oauth/token')
        return Response.json({ access_token: 'token', expires_in: 900, token_type: 'Bearer' });
      const sent: object = Object(JSON.parse(await new Response(body).text()));
      return Response.json({ ...APP, ...(how === 'otherwise' ? {} : sent), client_metadata: APP.client_metadata });
    });
    const settings = {
      kind: 'auth0',
      domain: 'acme.eu.auth0.com',
      auth: { clientId: 'grantry', clientSecret: new Secret('own') },
      onRequestScopes: 'refuse',
      requestsPerSecond: 10,
    } as const;
    const before = fieldsOf({ team: 'CANARY' });
    const after = { ...before, description: 'new' };
    const change: UpdateChange = {
      op: 'update',
      address: 'Client/orders',
      owner: '',
      reason: '',
      dependsOn: [],
      notes: {},
      id: 'id-1',
      before,
      after,
    };
    const found = await openAuth0(settings, ports).updateClient(change);
    expect(found).toEqual(how === 'otherwise' ? before : after);
  });
});

describe('metadata', () => {
  it('is shown only where the manifest says the same', () => {
    expect(fieldsOf({ team: 'CANARY' }).metadata).toEqual({ team: 'CANARY' });
    for (const declared of [{}, { team: 'x' }]) {
      const fields = fieldsOf(declared);
      expect(fields.metadata).toEqual({ team: '(set)' });
      expect(JSON.stringify(fields)).not.toContain('CANARY');
      expect(unseenMetadata(APP.client_metadata, fields)?.reveal()).toContain('CANARY');
    }
    expect(fieldsOf({ team: '(set)' }).metadata).toEqual({ team: '(set) otherwise' });
    expect(unseenMetadata(APP.client_metadata, fieldsOf({ team: 'CANARY' }))).toBeUndefined();
  });
});
