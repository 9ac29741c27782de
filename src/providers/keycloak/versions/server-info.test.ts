import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { KeycloakApi } from '../http/api.ts';
import { ServerInfo } from './server-info.ts';
import { versionNotices } from './version-notices.ts';

const ROTATION = { name: 'CLIENT_SECRET_ROTATION', enabled: true };
const PLAIN = { senderConstrained: undefined, tokenType: undefined };
const AUTHZEN = { name: 'AUTHZEN', enabled: false };

function asking(answer: () => Response) {
  let requests = 0;
  const ports = portsOver(async () => {
    requests += 1;
    return answer();
  });
  const server = new ServerInfo(new KeycloakApi(keycloakSettings(), ports, givenTokens()));
  return { server, requests: () => requests };
}

it.each([
  ['26.0.8', true, { systemInfo: { version: '26.0.8' }, features: [ROTATION] }],
  ['26.7.4', true, { systemInfo: { version: '26.7.4' }, features: [ROTATION, AUTHZEN] }],
  ['26.6', false, { features: [ROTATION, AUTHZEN] }],
  ['26.4', false, { features: [ROTATION] }],
  ['26.4', false, { systemInfo: {}, features: [ROTATION] }],
  ['26.4', false, { systemInfo: { version: 'nightly' }, features: [ROTATION] }],
])('the server: is %s (exactly: %s), as it says or as its features show', async (version, isExact, body) => {
  const { server, requests } = asking(() => Response.json(body));
  expect(await server.read()).toEqual({ version, isExact, features: new Set(['CLIENT_SECRET_ROTATION']) });
  await server.read();
  expect(requests()).toBe(1);
});

it.each([
  ['the account may not ask it', () => Response.json({}, { status: 403 })],
  ['a proxy does not let that through', () => Response.json({}, { status: 404 })],
  ['it says something else', () => Response.json({ features: 'many' })],
])('the server: is not known where %s', async (_, answer) => {
  expect(await asking(answer).server.read()).toBeUndefined();
});

it('the server: is out of reach where it does not answer', async () => {
  await expect(asking(() => Response.json({}, { status: 500 })).server.read()).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
});

it('the notice: says what is not enforced, of which server, or that it is not known', () => {
  const clients = ['orders'];
  const apis = [PLAIN];
  const facts = { version: '26.4', isExact: false, features: new Set<string>() };
  expect(versionNotices(facts, { clients, apis })).toEqual([
    expect.stringMatching(/^This Keycloak takes a secret in either way/),
  ]);
  expect(versionNotices({ ...facts, version: '26.0.8', isExact: true }, { clients, apis })).toEqual([
    expect.stringMatching(/^Keycloak 26\.0\.8 takes .* From 26\.6 on/),
  ]);
  expect(versionNotices({ ...facts, version: '26.6' }, { clients, apis })).toEqual([]);
  expect(versionNotices(undefined, { clients, apis })).toEqual([expect.stringContaining('is not known')]);
  expect(versionNotices(undefined, { clients: [], apis })).toEqual([]);
});

it('the notice: says that tokens cannot be bound to a key, where an Api asks for that', () => {
  const clients = ['orders'];
  const apis = [PLAIN, { ...PLAIN, senderConstrained: 'dpop' as const }];
  const facts = { version: '26.7.4', isExact: true, features: new Set(['DPOP']) };
  expect(versionNotices(facts, { clients, apis })).toEqual([]);
  const without = { ...facts, features: new Set<string>() };
  expect(versionNotices(without, { clients, apis })).toEqual([
    expect.stringContaining('Keycloak 26.7.4 has the feature dpop switched off'),
  ]);
  expect(versionNotices(without, { clients, apis: apis.slice(0, 1) })).toEqual([]);
});

it('the notice: says that tokens cannot be typed, where an Api asks for that', () => {
  const clients = ['orders'];
  const apis = [PLAIN, { ...PLAIN, tokenType: 'at+jwt' as const }];
  const facts = { version: '26.7.4', isExact: true, features: new Set<string>() };
  expect(versionNotices(facts, { clients, apis })).toEqual([]);
  const old = { ...facts, version: '26.0.8' };
  const notice = expect.stringContaining('Keycloak 26.0.8 types no tokens as at+jwt');
  expect(versionNotices(old, { clients, apis })).toContainEqual(notice);
  expect(versionNotices(old, { clients, apis: apis.slice(0, 1) })).not.toContainEqual(notice);
});
