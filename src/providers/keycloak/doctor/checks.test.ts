/** What no server of the tests shows; the others are in test/servers/keycloak/doctor.test.ts. */
import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { listenOnLoopback } from '../../../../test/support/servers/listening.ts';
import { makeLocalCertificate } from '../../../../test/support/servers/tls-server.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { testTarget } from '../../../../test/support/bench/random-states.ts';
import type { CheckFinding } from '../../../model/check.ts';
import { KeycloakApi } from '../http/api.ts';
import { ServerInfo } from '../versions/server-info.ts';
import { KEYCLOAK_CHECKS } from './checks.ts';
import { versionFinding } from './check-server.ts';
import { OwnClient } from './own-client.ts';
import { Questions } from './questions.ts';

interface Surroundings {
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly now?: number;
}

/** What one of the checks finds where the server answers so to everything. */
async function findingOf(
  id: string,
  answer: () => Response,
  { url = 'https://sso.example', env = {}, now = Date.now() }: Surroundings = {},
): Promise<CheckFinding | undefined> {
  const settings = keycloakSettings({ url });
  const clock = { now: () => now, sleep: async () => undefined };
  const ports = portsOver(async () => answer(), { env, clock });
  const api = new KeycloakApi(settings, ports, givenTokens());
  return KEYCLOAK_CHECKS.find((check) => check.id === id)?.look({
    settings,
    ports,
    api,
    server: new ServerInfo(api),
    questions: new Questions(api),
    ownClient: new OwnClient(api),
    desired: { target: testTarget(), apis: [], clients: [], overlaps: [172_800] },
  });
}

const forbidden = (): Response => Response.json({}, { status: 403 });

it.each([
  ['25.0.6', 'problem'],
  ['26.0.0', 'fine'],
  ['26.7.4', 'fine'],
])('version: %s is %s', (version, kind) => {
  expect(versionFinding({ version, isExact: true, features: new Set() }).kind).toBe(kind);
});

it('version: is unknown where the account may not ask', async () => {
  expect(await findingOf('version', forbidden)).toMatchObject({ kind: 'unknown' });
  expect(await findingOf('secret-rotation', forbidden)).toMatchObject({ kind: 'unknown' });
});

it.each([
  ['http://sso.example', 'risk'],
  ['http://localhost:8080', 'fine'],
  ['https://sso.example', 'fine'],
])('encryption: %s is %s', async (url, kind) => {
  expect(await findingOf('encryption', forbidden, { url })).toMatchObject({ kind });
});

describe('certificate', () => {
  let server: { readonly url: string; close(): Promise<void> };
  let end: number;
  beforeAll(async () => {
    const { key, cert } = await makeLocalCertificate();
    server = await listenOnLoopback(createServer({ key, cert }), 'https');
    end = Date.parse(new X509Certificate(cert).validTo);
  });
  afterAll(() => server.close());

  it.each([
    [15, 'fine'],
    [13, 'risk'],
    [-1, 'risk'],
  ])('that is valid for %d days more is %s', async (days, kind) => {
    const now = end - days * 86_400_000 - 1000;
    expect(await findingOf('certificate', forbidden, { url: server.url, now })).toMatchObject({ kind });
  });

  it('is not seen past a proxy, and none is looked for without TLS', async () => {
    const env = { HTTPS_PROXY: 'http://proxy.example:3128' };
    expect(await findingOf('certificate', forbidden, { url: server.url, env })).toMatchObject({ kind: 'unknown' });
    expect(await findingOf('certificate', forbidden, { url: 'http://localhost:1' })).toMatchObject({ kind: 'fine' });
  });
});

describe('the right to give roles', () => {
  it('is unknown in a realm that shows no user', async () => {
    expect(await findingOf('manage-users', () => Response.json([]))).toMatchObject({
      kind: 'unknown',
      mend: { commands: [expect.stringContaining('--rolename manage-users')] },
    });
  });
});

describe('a role that the token carries and the server does not go by', () => {
  it('is told as what it is, and no command gives it again', async () => {
    const payload = { resource_access: { 'realm-management': { roles: ['manage-clients'] } } };
    const token = `a.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.c`;
    const settings = keycloakSettings();
    const api = new KeycloakApi(
      settings,
      portsOver(async () => forbidden()),
      givenTokens(token),
    );
    const { lackedRight } = await import('./lacked-right.ts');
    const { what, mend } = await lackedRight({ api, settings, ownClient: new OwnClient(api) }, 'manage-clients');
    expect(what).toContain('has the role manage-clients of realm-management, and the server refuses');
    expect(mend.commands).toEqual([]);
  });
});
