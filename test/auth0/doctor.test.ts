/** What `doctor` looks at in a tenant: each check where it fails, and the commands that it names, run. */
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult, Purpose } from '../../src/model/check.ts';
import { openAuth0 } from '../../src/providers/auth0/index.ts';
import { auth0Schema, resolveAuth0 } from '../../src/providers/auth0/settings.ts';
import { Secret } from '../../src/model/secrets/secret.ts';
import { AUTH0_CHECKS } from '../../src/providers/auth0/doctor/checks.ts';
import type { Ports } from '../../src/platform/ports.ts';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import { documentedScopes } from '../support/auth0/documented-scopes.ts';
import { logIn } from '../support/auth0/management-client.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';
import { runCommands } from '../support/process/run-commands.ts';
import { commandsOf, findingOf, troubles, wordsOf } from '../support/stores/findings.ts';

const [PLAN = [], APPLY = [], MORE = []] = documentedScopes();
const STOCK = apiYaml('stock', ['stock:read']);
const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const SECRETS = yaml(STOCK, clientYaml('orders', ACCESS));
const KEYS = yaml(STOCK, clientYaml('orders', `${ACCESS}, auth: private_key_jwt`));
const BOTH = yaml(KEYS, clientYaml('jobs', ''));

type Place = Awaited<ReturnType<typeof openAuth0Place>>;

let place: Place;
afterEach(() => place.close());

async function check(manifests: string, ports: Partial<Ports> = {}): Promise<readonly CheckResult[]> {
  const { emulator } = place;
  const auth = { clientId: emulator.clientId, clientSecret: '${env:SECRET}' };
  const spec = auth0Schema.parse({ domain: emulator.domain, requestsPerSecond: 100, auth });
  const settings = resolveAuth0(spec, { cwd: '/', secret: () => new Secret(emulator.clientSecret) });
  const desired = new ProviderSubject(place).desired(manifests);
  return (await openAuth0(settings, { ...place.ports, ...ports }).checks?.(desired)) ?? [];
}

/** grantry's application has these from now on; whoever logged in before keeps what it had. */
function allow(scopes: readonly string[]): void {
  const [grant] = place.emulator.state.grantsOf(place.emulator.clientId);
  if (grant === undefined) throw new Error('the application has no grant');
  grant.fields = { ...grant.fields, scope: [...scopes] };
}

function troublesFor(results: readonly CheckResult[], purpose: Purpose): ReturnType<typeof troubles> {
  return troubles(results.filter(({ purposes }) => purposes.includes(purpose)));
}

describe('the scopes of the application', () => {
  it('are all there with those that docs/auth0.md lists', async () => {
    place = await openAuth0Place();
    allow(PLAN);
    expect(troublesFor(await check(BOTH), 'plan')).toEqual({});
    expect(troublesFor(await check(BOTH), 'verify')).toEqual({});
    allow(APPLY);
    expect(troublesFor(await check(SECRETS), 'apply')).toEqual({});
    expect(troublesFor(await check(SECRETS), 'rotate')).toEqual({ 'update:client_keys': 'problem' });
    allow([...APPLY, ...MORE]);
    expect(troublesFor(await check(BOTH), 'apply')).toEqual({});
    expect(troublesFor(await check(BOTH), 'rotate')).toEqual({});
    expect(troubles(await check(BOTH))).toEqual({ 'read:logs': 'problem' });
    allow([...APPLY, ...MORE, 'read:logs']);
    expect(troubles(await check(BOTH))).toEqual({});
    expect(place.emulator.writes()).toEqual([]);
  });

  it('are missing one by one, and given by the commands that doctor names', async () => {
    place = await openAuth0Place();
    const { token } = await logIn(place.emulator);
    allow([]);
    const before = await check(BOTH);
    const scopes = AUTH0_CHECKS.map(({ id }) => id).filter((id) => id.includes(':'));
    expect(Object.keys(troubles(before))).toEqual(scopes);
    await run(commandsOf(before), token);
    expect(troubles(await check(BOTH))).toEqual({});
    const [grant] = place.emulator.state.grantsOf(place.emulator.clientId);
    expect(grant?.fields['scope']).toEqual(scopes.toSorted());
  }, 60_000);

  it('are not missing where nothing that is declared takes them', async () => {
    place = await openAuth0Place();
    allow(PLAN);
    const foreign = yaml(STOCK.replace('spec: {', 'spec: {managed: false, '), clientYaml('orders', ACCESS));
    const found = troubles(await check(foreign));
    expect(Object.keys(found).filter((id) => /resource_servers|client_credentials/.test(id))).toEqual([]);
    expect(found).toMatchObject({ 'read:client_keys': 'problem', 'delete:clients': 'risk' });
    expect(Object.keys(troubles(await check(KEYS))).filter((id) => id.endsWith('client_keys'))).toEqual([]);
  });
});

it('the clock is a risk where that of the tenant is apart', async () => {
  place = await openAuth0Place('', { now: () => Date.now() - 60_000 });
  const finding = findingOf(await check(SECRETS), 'clock');
  expect(finding).toMatchObject({ kind: 'risk' });
  expect(wordsOf(finding)).toMatch(/Auth0 is (60|61) s behind/);
});

it('the issuer is a risk where the domain is issued for as another one', async () => {
  place = await openAuth0Place();
  const { fetch } = place.ports;
  const custom: Ports['fetch'] = async (input, init) => {
    const answer = await fetch(input, init);
    const url = input instanceof Request ? input.url : String(input);
    if (!url.endsWith('openid-configuration')) return answer;
    const text = await answer.text();
    return new Response(text.replace(`"https://${place.emulator.domain}/"`, '"https://login.acme.test/"'));
  };
  expect(findingOf(await check(SECRETS), 'issuer')).toEqual({ kind: 'fine' });
  const finding = findingOf(await check(SECRETS, { fetch: custom }), 'issuer');
  expect(finding).toMatchObject({ kind: 'risk' });
  expect(wordsOf(finding)).toContain('https://login.acme.test/');
});

/** Of Auth0's own program what the commands take of it: `api METHOD PATH`, `-q` and `--data`. */
const PROGRAM = `#!${process.execPath}
const [, method, path, ...rest] = process.argv.slice(2);
const of = (flag) => rest.flatMap((each, index) => (each === flag ? [rest[index + 1]] : []));
const query = of('-q').map((each) => each.replace(/=(.*)$/, (_, value) => '=' + encodeURIComponent(value))).join('&');
fetch(process.env.AUTH0_URL + '/api/v2/' + path + '?' + query, {
  method: method.toUpperCase(),
  headers: { authorization: 'Bearer ' + process.env.AUTH0_TOKEN, 'content-type': 'application/json' },
  body: of('--data')[0],
}).then(async (answer) => {
  if (!answer.ok) process.exitCode = 1;
  console.log(await answer.text());
});
`;

function run(commands: readonly string[], token: string): Promise<string> {
  return runCommands(commands, { auth0: PROGRAM }, { AUTH0_URL: place.emulator.url, AUTH0_TOKEN: token });
}
