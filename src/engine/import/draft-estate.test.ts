import { describe, expect, it } from 'vitest';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import type { AuthMethod } from '../../model/desired.ts';
import type { EstateApi, EstateClient } from '../../model/estate.ts';
import { draftEstate, proposalFor } from './draft-estate.ts';
import type { DraftOptions } from './draft-estate.ts';

const COMMON = { mark: undefined, description: '', facts: {}, notes: [] };

const ORDERS: EstateClient = {
  ...COMMON,
  id: 'id-1',
  clientId: 'Orders',
  displayName: 'Orders',
  isEnabled: true,
  auth: 'client_secret_basic',
  access: [{ audience: 'https://stock.test', scopes: ['b', 'a'], onRequest: [] }],
  settings: { attributes: { color: 'red' } },
  lastUsed: undefined,
  delivered: undefined,
};

const MAIL: EstateApi = {
  ...COMMON,
  audience: 'mail',
  displayName: 'mail',
  scopes: { send: '' },
  spec: { tokenLifetime: '5m' },
  introspectedBy: 'Orders',
};

const OPTIONS: DraftOptions = {
  context: { provider: 'somewhere', onlyTarget: undefined, deliver: false },
  provenance: { at: '2026-12-01T10:00:00Z', from: 'Somewhere' },
  ownerFrom: undefined,
  taken: { apis: new Set(), clients: new Set() },
  elsewhere: new Map(),
};

const DECLARED = state(
  [api('warehouse', ['a'], { audience: 'https://stock.test' })],
  [client('probe', {}, { clientId: 'P' })],
);

function specOf(special: Partial<EstateClient>, options: Partial<DraftOptions['context']> = {}): object {
  const context = { ...OPTIONS.context, ...options };
  const [draft] = draftEstate({ apis: [], clients: [{ ...ORDERS, ...special }] }, DECLARED, {
    ...OPTIONS,
    context,
  });
  return Object(draft?.manifest['spec']);
}

describe('draftEstate', () => {
  it('says the name that people know a client by, where the provider has one and metadata.name is another', () => {
    const named = { displayNameKey: 'title', settings: undefined };
    expect(specOf(named)).toMatchObject({ somewhere: { title: 'Orders' } });
    expect(specOf({ ...named, displayName: 'orders' })).not.toHaveProperty('somewhere');
    expect(specOf({ ...named, settings: ORDERS.settings })).toMatchObject({
      somewhere: { title: 'Orders', ...ORDERS.settings },
    });
  });

  it('refers to Apis and Clients by their names, those of existing manifests too', () => {
    const drafts = draftEstate(
      { apis: [MAIL, { ...MAIL, audience: 'fax', introspectedBy: 'P' }], clients: [ORDERS] },
      DECLARED,
      OPTIONS,
    );
    expect(drafts.map(({ manifest }) => manifest['spec'])).toMatchObject([
      { introspectedBy: 'orders', tokenLifetime: '5m' },
      { introspectedBy: 'probe' },
      { access: [{ api: 'warehouse', scopes: ['a', 'b'] }] },
    ]);
  });

  it("has the provider's own settings under its key, and a client_id that is not the name", () => {
    expect(specOf({})).toMatchObject({ clientId: 'Orders', somewhere: { attributes: { color: 'red' } } });
    expect(specOf({ clientId: 'orders', displayName: 'orders' })).not.toHaveProperty('clientId');
  });

  it.each<[AuthMethod, unknown]>([
    ['client_secret_basic', []],
    ['client_secret_post', [['auth', 'client_secret_post']]],
    [{ private_key_jwt: { alg: 'RS256' } }, [['auth', 'private_key_jwt']]],
    [{ private_key_jwt: { alg: 'ES256' } }, [['auth', { private_key_jwt: { alg: 'ES256' } }]]],
    [
      { federated: { issuer: 'ci', alias: 'github', subject: 's' } },
      [['auth', { federated: { issuer: 'ci', subject: 's' } }]],
    ],
  ])('says the authentication %j as manifests do', (auth, said) => {
    expect(Object.entries(specOf({ auth })).filter(([key]) => key === 'auth')).toEqual(said);
  });

  it('has nothing to deliver of a workload, and a client that is disabled is declared so', () => {
    const auth = { federated: { issuer: 'ci', alias: 'ci', subject: 's' } };
    expect(specOf({ auth })).not.toHaveProperty('credential');
    expect(specOf({ isEnabled: false })).toMatchObject({ state: 'disabled', credential: { deliver: false } });
  });
});

describe('proposalFor', () => {
  const leftOut = {
    kind: 'Client',
    id: 'Orders',
    displayName: 'Orders',
    facts: {},
    reason: 'r',
    why: '',
    todo: '',
  } as const;

  it('writes what would do, for a reader to take over', () => {
    const yaml = proposalFor({ ...leftOut, proposal: ORDERS }, new Map([['https://stock.test', 'warehouse']]), OPTIONS);
    expect(yaml).toContain('name: orders');
    expect(yaml).toContain('- api: warehouse\n      scopes: [a, b]\n');
  });

  it('is nothing where nobody knows', () => {
    expect(proposalFor(leftOut, new Map(), OPTIONS)).toBeUndefined();
  });
});
