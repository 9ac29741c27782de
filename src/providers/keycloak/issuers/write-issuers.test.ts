import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { CreateChange, DeleteChange } from '../../../model/plan.ts';
import { KeycloakApi } from '../http/api.ts';
import { projectIssuer } from './issuer-fields.ts';
import { changeIssuer } from './write-issuers.ts';

const { fields } = projectIssuer(
  {
    name: 'github',
    alias: 'gh',
    kind: 'oidc',
    url: 'https://token.test',
    jwksUrl: 'https://token.test/keys',
    trustDomain: undefined,
    reuse: false,
    maxTokenAge: undefined,
  },
  'acme',
);
const COMMON = { address: 'Issuer/github', owner: '', reason: '', dependsOn: [], notes: {} } as const;
const MAKE: CreateChange = { ...COMMON, op: 'create', after: fields };
const REMOVE: DeleteChange = { ...COMMON, op: 'delete', id: 'gh', before: fields };

/** A realm whose answers to writes are these. */
function realm(answer: (method: string, stored: Record<string, unknown>) => Response | undefined) {
  const stored: Record<string, unknown> = {};
  const sent: string[] = [];
  const ports = portsOver(
    async (_input, init) => {
      const method = init?.method ?? 'GET';
      sent.push(method);
      const given = answer(method, stored);
      if (given !== undefined) return given;
      if (method === 'GET')
        return stored['gh'] === undefined ? new Response('', { status: 404 }) : Response.json(stored['gh']);
      if (method === 'DELETE') delete stored['gh'];
      else stored['gh'] = JSON.parse(typeof init?.body === 'string' ? init.body : '{}');
      return new Response('', { status: 201, headers: { location: 'http://localhost:1/gh' } });
    },
    { clock: { now: () => 0, sleep: async () => undefined } },
  );
  return { api: new KeycloakApi(keycloakSettings(), ports, givenTokens()), stored, sent };
}

it('changeIssuer: makes one and gives it as it is read back', async () => {
  const { api } = realm(() => undefined);
  expect(await changeIssuer(api, MAKE)).toEqual(fields);
});

it('changeIssuer: a creation whose answer was lost was done where the issuer is there with the mark of the stack', async () => {
  const { api } = realm((method, stored) => {
    if (method !== 'POST') return undefined;
    stored['gh'] = { alias: 'gh', providerId: 'oidc', enabled: true, config: { 'grantry.stack': 'acme' } };
    throw new TypeError('fetch failed');
  });
  expect(await changeIssuer(api, MAKE)).toMatchObject({ stack: 'acme' });
  const lost = realm((method) => {
    if (method === 'POST') throw new TypeError('fetch failed');
    return undefined;
  });
  await expect(changeIssuer(lost.api, MAKE)).rejects.toMatchObject({ code: 'UNREACHABLE' });
});

it('changeIssuer: deletes what is the stack’s, and nothing that somebody took over since', async () => {
  const { api, stored, sent } = realm(() => undefined);
  await changeIssuer(api, MAKE);
  expect(await changeIssuer(api, REMOVE)).toBeUndefined();
  expect(await changeIssuer(api, REMOVE)).toBeUndefined();
  expect(sent.filter((method) => method === 'DELETE')).toHaveLength(1);
  stored['gh'] = { alias: 'gh', providerId: 'oidc', config: { 'grantry.stack': 'another' } };
  await expect(changeIssuer(api, REMOVE)).rejects.toThrow('is not this stack');
  expect(stored['gh']).toBeDefined();
});

it.each([
  [403, 'manage-identity-providers'],
  [400, 'Issuer URL already used'],
])('changeIssuer: what Keycloak refuses (%i) says why', async (status, words) => {
  const { api } = realm((method) =>
    method === 'POST' ? Response.json({ errorMessage: 'Issuer URL already used' }, { status }) : undefined,
  );
  await expect(changeIssuer(api, MAKE)).rejects.toSatisfy((error: Error & { hint?: string }) =>
    `${error.message} ${String(error.hint)}`.includes(words),
  );
});
