/**
 * Validates every answer of a scripted session against Auth0's published description of the Management API, which is read from
 * outside the checkout. Where all recordings contradict it, it is corrected here: two status codes, and what organisations' grants look like.
 */
import { existsSync, readFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startAuth0Emulator } from '../support/auth0/start-emulator.ts';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { isJsonObject, objectOr, textOf } from '../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../demo/auth0/emulator/json.ts';
import { logIn } from '../support/auth0/management-client.ts';
import type { ManagementClient } from '../support/auth0/management-client.ts';
import { ROUTES } from '../../demo/auth0/emulator/management/routes.ts';
import { sharedFile } from './recorded-traffic.ts';

const FILE = sharedFile('management-api-openapi-slice.json');
const isThere = existsSync(FILE);
// A skipped test's name is not shown by every reporter: the reason has to be.
if (!isThere) process.stderr.write(`Validation against the published description is skipped: there is no ${FILE}.\n`);

const description = z.looseObject({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({ responses: z.record(z.string(), z.looseObject({ content: z.json().optional() })).optional() }),
    ),
  ),
});

/** Documented as 201; every recording shows 200. */
const CORRECTED: Readonly<Record<string, string>> = {
  'PATCH /resource-servers/{id}': '201',
  'PATCH /clients/{id}/credentials/{credential_id}': '201',
};

/** Of organisations' grants the description has `id` where recordings show `grant_id`, and it lacks `subject_type`. */
function correctedBody(route: string, body: Json): Json {
  if (route === 'POST /clients') return withKeysByReference(body);
  if (!route.endsWith(' /organizations/{id}/client-grants')) return body;
  if (Array.isArray(body)) return body.map((item) => correctedBody(route, item));
  if (!isJsonObject(body)) return body;
  const { grant_id: grantId, subject_type: _type, client_grants: list, ...rest } = body;
  if (grantId !== undefined) return { ...rest, id: grantId };
  return list === undefined ? rest : { ...rest, client_grants: correctedBody(route, list) };
}

/** Of credentials that come with a new client the description has the id alone where recordings show all of them. */
function withKeysByReference(body: Json): Json {
  const whole = objectOr(body);
  const credentials = objectOr(objectOr(whole['client_authentication_methods'])['private_key_jwt'])['credentials'];
  if (!Array.isArray(credentials)) return body;
  const ids = credentials.map((credential) => ({ id: objectOr(credential)['id'] ?? null }));
  return { ...whole, client_authentication_methods: { private_key_jwt: { credentials: ids } } };
}

/** The description names the parameters of credentials otherwise. */
function documented(path: string): string {
  return path.includes('/credentials') ? path.replace('{id}', '{client_id}') : path;
}

describe.skipIf(!isThere)(
  `answers in the shape of the published description${isThere ? '' : `: skipped, there is no ${FILE}`}`,
  () => {
    let emulator: Auth0Emulator;
    let api: ManagementClient;
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    let paths: z.infer<typeof description>['paths'] = {};
    const visited = new Set<string>();

    beforeAll(async () => {
      const whole: unknown = JSON.parse(readFileSync(FILE, 'utf8'));
      ({ paths } = description.parse(whole));
      ajv.addSchema({ $id: 'https://auth0/', ...z.looseObject({}).parse(whole) });
      emulator = await startAuth0Emulator();
      api = await logIn(emulator);
    });
    afterAll(() => emulator.close());

    /** Sends a request and holds its answer to the description of the endpoint. */
    async function send(route: string, path: string, body?: Json): Promise<{ status: number; body: Json }> {
      const [method = '', template = ''] = route.split(' ');
      const reply = await api.call(method, path, body);
      const key = documented(template);
      const status = reply.status === 200 ? (CORRECTED[route] ?? '200') : String(reply.status);
      const operation = paths[key]?.[method.toLowerCase()];
      const response = operation?.responses?.[status];
      expect(response, `${route} documents no ${status}`).toBeDefined();
      visited.add(route);
      if (response?.content === undefined) return reply;
      const pointer = [
        'paths',
        key,
        method.toLowerCase(),
        'responses',
        status,
        'content',
        'application/json',
        'schema',
      ];
      const reference = pointer
        .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
        .join('/');
      const validate = ajv.compile({ $ref: `https://auth0/#/${reference}` });
      expect({ route, path, problems: validate(correctedBody(route, reply.body)) ? [] : validate.errors }).toEqual({
        route,
        path,
        problems: [],
      });
      return reply;
    }

    async function made(route: string, path: string, body: JsonObject, key: string): Promise<string> {
      const { status, body: answer } = await send(route, path, body);
      expect(status).toBe(201);
      return textOf(z.record(z.string(), z.json()).parse(answer)[key]);
    }

    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

    it('over a life of an API, a client, its grant and its credentials', async () => {
      const apiBody = { identifier: 'https://api', name: 'API', scopes: [{ value: 'read', description: 'Read' }] };
      const server = `/resource-servers/${await made('POST /resource-servers', '/resource-servers', apiBody, 'id')}`;
      const settings = {
        name: 'orders',
        description: 'Takes orders',
        app_type: 'non_interactive',
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'client_secret_post',
        client_metadata: { stack: 'acme' },
        token_quota: { client_credentials: { enforce: false, per_hour: 10 } },
        organization_usage: 'allow',
      };
      const id = await made('POST /clients', '/clients', settings, 'client_id');
      const withKey = { private_key_jwt: { credentials: [{ credential_type: 'public_key', name: 'key', pem }] } };
      await made(
        'POST /clients',
        '/clients',
        { name: 'keyed', client_authentication_methods: withKey, jwt_configuration: { alg: 'RS256' } },
        'client_id',
      );
      const plain = await made('POST /clients', '/clients', { name: 'plain' }, 'client_id');
      const client = `/clients/${id}`;
      const grantBody = { client_id: id, audience: 'https://api', scope: ['read'], organization_usage: 'allow' };
      const grantId = await made('POST /client-grants', '/client-grants', grantBody, 'id');
      const grant = `/client-grants/${grantId}`;
      for (const query of ['', '?include_totals=true', '?take=1']) {
        await send('GET /clients', `/clients${query}`);
        await send('GET /client-grants', `/client-grants${query}`);
        if (query !== '?take=1') await send('GET /resource-servers', `/resource-servers${query}`);
      }
      await send('GET /clients/{id}', client);
      await send('GET /clients/{id}', `/clients/${plain}?fields=name`);
      await send('PATCH /clients/{id}', client, { client_metadata: { more: 'x' }, token_quota: null });
      await send('POST /clients/{id}/rotate-secret', `${client}/rotate-secret`);
      await send('GET /resource-servers/{id}', server);
      await send('PATCH /resource-servers/{id}', server, { token_lifetime: 60, signing_alg: 'HS256' });
      await send('GET /client-grants/{id}', grant);
      await send('PATCH /client-grants/{id}', grant, { scope: [] });
      const organization = '/organizations/org_abc/client-grants';
      await send('POST /organizations/{id}/client-grants', organization, { grant_id: grantId });
      for (const query of ['', '?include_totals=true']) {
        await send('GET /organizations/{id}/client-grants', `${organization}${query}`);
        await send('GET /client-grants/{id}/organizations', `${grant}/organizations${query}`);
      }
      const credentials = `${client}/credentials`;
      const credentialBody = { credential_type: 'public_key', name: 'key', pem };
      const credentialId = await made('POST /clients/{id}/credentials', credentials, credentialBody, 'id');
      const credential = `${credentials}/${credentialId}`;
      const keys = { private_key_jwt: { credentials: [{ id: credentialId }] } };
      await send('PATCH /clients/{id}', client, {
        client_authentication_methods: keys,
        token_endpoint_auth_method: null,
        jwt_configuration: { alg: 'RS256' },
      });
      await send('GET /clients/{id}', client);
      await send('DELETE /clients/{id}/credentials/{credential_id}', credential);
      await send('PATCH /clients/{id}', client, {
        client_authentication_methods: null,
        token_endpoint_auth_method: 'client_secret_post',
      });
      await send('GET /clients/{id}/credentials', credentials);
      await send('GET /clients/{id}/credentials/{credential_id}', credential);
      const expiry = { expires_at: '2099-01-01T00:00:00Z' };
      await send('PATCH /clients/{id}/credentials/{credential_id}', credential, expiry);
      await send('DELETE /clients/{id}/credentials/{credential_id}', credential);
      await send('DELETE /organizations/{id}/client-grants/{grant_id}', `${organization}/${grantId}`);
      await send('DELETE /client-grants/{id}', grant);
      await send('DELETE /resource-servers/{id}', server);
      await send('DELETE /clients/{id}', client);
      expect([...visited].toSorted()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted());
    });

    it.each<[string, string, JsonObject | undefined]>([
      ['POST /clients', '/clients', { name: 'a', unknown: 1 }],
      ['GET /clients/{id}', '/clients/nobody', undefined],
      ['PATCH /clients/{id}', '/clients/nobody', { name: 'a' }],
      ['POST /clients/{id}/rotate-secret', '/clients/nobody/rotate-secret', undefined],
      ['POST /resource-servers', '/resource-servers', { identifier: 'https://taken' }],
      ['GET /resource-servers/{id}', '/resource-servers/nothing', undefined],
      ['POST /client-grants', '/client-grants', { client_id: 'nobody', audience: 'https://taken', scope: [] }],
      ['GET /client-grants/{id}', '/client-grants/cgr_none', undefined],
      ['PATCH /client-grants/{id}', '/client-grants/cgr_none', { scope: [] }],
      ['GET /clients', '/clients?per_page=1000', undefined],
    ])('also where it refuses: %s on %s', async (route, path, body) => {
      await api.call('POST', '/resource-servers', { identifier: 'https://taken' });
      expect((await send(route, path, body)).status).toBeGreaterThanOrEqual(400);
    });
  },
);
