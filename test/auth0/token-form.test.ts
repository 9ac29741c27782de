/** How an API of Auth0 has its tokens signed, typed and bound: what somebody changes by hand, and what is left alone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import { parseAdoption } from '../../src/engine/plan/adoption.ts';
import type { JsonObject } from '../../demo/auth0/emulator/json.ts';
import { FIELD_WORDS, fieldChanges } from '../support/bench/field-words.ts';
import { logIn } from '../support/auth0/management-client.ts';
import type { ManagementClient } from '../support/auth0/management-client.ts';
import { apiYaml, clientYaml, yaml } from '../support/bench/workbench.ts';

const AUDIENCE = 'https://stock.test';
const PATH = `/resource-servers/${encodeURIComponent(AUDIENCE)}`;
const ORDERS = clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}, {api: mail, scopes: [mail:send]}]');
const MAIL = apiYaml('mail', ['mail:send']);
const plain = yaml(apiYaml('stock', ['stock:read']), MAIL, ORDERS);
const formed = yaml(
  apiYaml('stock', ['stock:read'], ', token: {alg: PS256, type: at+jwt}, senderConstrained: dpop'),
  MAIL,
  ORDERS,
);

let subject: ProviderSubject;
let hand: ManagementClient;
beforeEach(async () => {
  const place = await openAuth0Place();
  subject = new ProviderSubject(place);
  hand = await logIn(place.emulator);
});
afterEach(() => subject.close());

async function form(): Promise<JsonObject> {
  const { signing_alg, token_dialect = null, proof_of_possession = null } = await hand.ok('GET', PATH);
  return { signing_alg: signing_alg ?? null, token_dialect, proof_of_possession };
}

const DPOP = { mechanism: 'dpop', required: true };
const FORMED = { signing_alg: 'PS256', token_dialect: 'rfc9068_profile', proof_of_possession: DPOP };

/** The differences that the plan shows, as `path: before → after`. */
async function shown(manifests: string): Promise<string[]> {
  const { changes } = await subject.plan(manifests);
  return changes.flatMap((change) =>
    fieldChanges(change).map(({ path, before, after }) => {
      const [was, is] = [before, after].map((value) => FIELD_WORDS.valueOf(path, value));
      return `${change.address} ${path.join(' ')}: ${was} → ${is}`;
    }),
  );
}

describe('an API whose form is declared', () => {
  beforeEach(() => subject.setUp(formed));

  it('has it, and tokens for another API of the same client are as before', async () => {
    expect(await form()).toEqual(FORMED);
    const proofs = await subject.prove(formed);
    const claims = proofs.flatMap(({ checks }) => checks).map(({ claim }) => claim);
    expect(claims).toContain('a token for stock is bound to the key of its request');
    expect(claims).not.toContain('a token for mail is bound to the key of its request');
    expect(claims.filter((claim) => claim.includes('possession'))).toHaveLength(1);
    expect(await subject.unproven(formed)).toEqual([]);
  });

  it.each([
    ['no binding', { proof_of_possession: null }, 'senderConstrained: (none) → dpop'],
    [
      'a binding of those who like',
      { proof_of_possession: { ...DPOP, required: false } },
      'senderConstrained: "dpop (not required)" → dpop',
    ],
    [
      'a binding of public clients alone',
      { proof_of_possession: { ...DPOP, required_for: 'public_clients' } },
      'senderConstrained: "dpop (of public clients)" → dpop',
    ],
    [
      'a binding to certificates',
      { proof_of_possession: { mechanism: 'mtls', required: true } },
      'senderConstrained: mtls → dpop',
    ],
    ['another dialect', { token_dialect: 'access_token' }, 'tokenType: (server default) → at+jwt'],
    ['another algorithm', { signing_alg: 'RS256' }, 'signingAlgorithm: RS256 → PS256'],
  ])('%s by hand: is seen and repaired', async (_, change, line) => {
    await hand.ok('PATCH', PATH, change);
    expect(await shown(formed)).toEqual([`Api/stock ${line}`]);
    expect((await subject.unproven(formed)).length).toBeGreaterThan(0);
    await subject.setUp(formed);
    expect(await form()).toEqual(FORMED);
    expect(await subject.changesOf(formed)).toEqual([]);
    expect(await subject.unproven(formed)).toEqual([]);
  });

  it('goes back to the defaults of Auth0 once nobody declares it', async () => {
    await subject.setUp(plain);
    expect(await form()).toEqual({ signing_alg: 'RS256', token_dialect: 'access_token', proof_of_possession: null });
    expect(await subject.changesOf(plain)).toEqual([]);
    expect(await subject.unproven(plain)).toEqual([]);
  });

  it('says the same of all clients that it says of none in particular', async () => {
    await hand.ok('PATCH', PATH, { proof_of_possession: { ...DPOP, required_for: 'all_clients' } });
    expect(await subject.changesOf(formed)).toEqual([]);
  });
});

describe('an API of which nothing is declared', () => {
  beforeEach(() => subject.setUp(plain));

  it('has no form that somebody gave it by hand', async () => {
    await hand.ok('PATCH', PATH, { proof_of_possession: DPOP, token_dialect: 'rfc9068_profile' });
    expect(await shown(plain)).toEqual([
      'Api/stock senderConstrained: dpop → (none)',
      'Api/stock tokenType: at+jwt → (server default)',
    ]);
    expect((await subject.unproven(plain)).length).toBeGreaterThan(0);
    await subject.setUp(plain);
    expect(await subject.changesOf(plain)).toEqual([]);
    expect(await subject.unproven(plain)).toEqual([]);
  });

  it('keeps permissions in its tokens, in whichever dialect', async () => {
    await hand.ok('PATCH', PATH, { token_dialect: 'access_token_authz', enforce_policies: true });
    expect(await subject.changesOf(plain)).toEqual([]);
    await subject.setUp(formed);
    expect(await form()).toMatchObject({ token_dialect: 'rfc9068_profile_authz' });
    await subject.setUp(plain);
    expect(await form()).toMatchObject({ token_dialect: 'access_token_authz' });
  });
});

it('an API that is adopted: takes the form that is declared, which the plan shows as breaking', async () => {
  await hand.ok('POST', '/resource-servers', {
    identifier: AUDIENCE,
    name: 'stock',
    scopes: [{ value: 'stock:read' }],
  });
  const adoption = parseAdoption(['Api/*']);
  const { changes } = await subject.plan(formed, { adoption });
  const fields = changes.filter(({ op }) => op === 'adopt').flatMap((change) => fieldChanges(change));
  expect(fields.flatMap(({ breaks }) => breaks ?? [])).toEqual([
    'breaks callers that send no DPoP proof',
    'breaks Apis that take no other algorithm',
    'breaks Apis that take no other type',
  ]);
  await subject.setUp(formed, { adoption });
  expect(await form()).toEqual(FORMED);
});
