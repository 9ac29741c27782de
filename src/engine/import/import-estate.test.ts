import { describe, expect, it } from 'vitest';
import { ImportBench, TARGET } from '../../../test/support/bench/import-bench.ts';
import { rememberSecret } from '../../model/secrets/known-secrets.ts';
import { MemoryProvider } from '../../providers/memory/index.ts';
import { GrantryError } from '../../model/errors.ts';

const STOCK = { audience: 'https://stock.test', scopes: { 'stock:read': { description: 'Read' } } };
const reads = { access: { stock: { scopes: ['stock:read'], onRequest: [] } } };

/** A provider with an Api, and what else is planted there. */
function bench(plant: (provider: MemoryProvider) => void, files: Readonly<Record<string, string>> = {}): ImportBench {
  const provider = new MemoryProvider();
  provider.plant('Api', STOCK, 'stock');
  plant(provider);
  return new ImportBench(provider, { 'target.yaml': TARGET, ...files });
}

async function reasons(of: ImportBench): Promise<Record<string, string>> {
  const { report } = await of.look();
  return Object.fromEntries(report.leftOut.map(({ id, reason }) => [id, reason]));
}

const apiManifest = (more: string): string => `apiVersion: grantry/v1
kind: Api
metadata: { name: warehouse, owner: team-stock }
spec: { audience: "https://stock.test", ${more} }
`;

describe('import: what manifests declare already', () => {
  it('stays as it is declared, and new clients refer to it by its name', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'orders', ...reads }), {
      'apis.yaml': apiManifest('scopes: { "stock:read": Read }'),
    });
    const { report, files } = await own.run();
    expect(report.declared).toEqual([{ address: 'Api/warehouse', id: 'https://stock.test' }]);
    expect(report.imported.map(({ address }) => address)).toEqual(['Client/orders']);
    expect(files[0]?.text).toContain('- api: warehouse');
    expect((await own.planAdoption()).conflicts).toEqual([]);
  });

  it('keeps a client out that holds a scope which the Api is not declared to have', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'orders', ...reads }), {
      'apis.yaml': apiManifest('scopes: { "stock:write": Write }'),
    });
    expect(await reasons(own)).toEqual({ orders: 'unknown-scope' });
  });

  it('keeps a client out whose place in the store would break an existing manifest', async () => {
    const own = bench(
      (provider) => {
        provider.plant('Client', { clientId: 'orders', ...reads });
        provider.plant('Client', { clientId: 'team' });
      },
      {
        'clients.yaml':
          'apiVersion: grantry/v1\nkind: Client\nmetadata: { name: audit }\nspec: { credential: { path: team/audit } }\n',
      },
    );
    expect(await reasons(own)).toEqual({ team: 'nested-credential-path' });
    expect((await own.look()).report.imported.map(({ id }) => id)).toEqual(['https://stock.test', 'orders']);
  });

  it('keeps the names of clients that it has, in other targets too', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'ORDERS' }), {
      'clients.yaml': 'apiVersion: grantry/v1\nkind: Client\nmetadata: { name: orders }\nspec: {}\n',
    });
    const { report } = await own.look();
    expect(report.imported.map(({ address }) => address)).toContain('Client/orders-2');
  });
});

describe('import: marks', () => {
  it('leaves to another stack what carries its mark, and declares its Api as not managed where a client may call it', async () => {
    const own = bench((provider) => {
      const mark = { stack: 'others', owner: 'team-x' };
      provider.plant('Api', {
        ...STOCK,
        ...mark,
        name: 'mail',
        audience: 'mail',
        scopes: { send: { description: 'Send' } },
      });
      provider.plant('Api', {
        ...STOCK,
        ...mark,
        name: 'fax',
        audience: 'fax',
        scopes: { fax: { description: 'Fax' } },
      });
      provider.plant('Client', { ...mark, clientId: 'theirs', name: 'theirs' });
      provider.plant('Client', { clientId: 'orders', access: { mail: { scopes: ['send'], onRequest: [] } } });
    });
    expect(await reasons(own)).toEqual({ fax: 'other-stack', theirs: 'other-stack' });
    const { files } = await own.run();
    const text = files.map((file) => file.text).join('');
    expect(text).toMatch(/name: mail\n {2}owner: team-x\nspec:\n {2}audience: mail\n {2}managed: false\n/);
    expect(text).not.toMatch(/theirs|fax/);
    expect((await own.planAdoption()).conflicts).toEqual([]);
  });

  it('writes what carries the mark of the stack itself under the name in it, with its owner', async () => {
    const own = bench((provider) => {
      const fields = {
        stack: 'acme',
        name: 'lost',
        owner: 'team-lost',
        clientId: 'Lost Service',
        rotateEvery: 7_776_000,
      };
      const unset = { enabled: true, description: '', labels: {}, auth: 'client_secret_basic', access: {} };
      provider.plant('Client', { ...fields, ...unset }).noted = { facts: { 'attributes.team': 'team-b' } };
    });
    const { report } = await own.look();
    expect(report.imported).toContainEqual(expect.objectContaining({ address: 'Client/lost', owner: 'team-lost' }));
  });
});

describe('import: owners', () => {
  it.each([
    ['team-a', 'team-a'],
    ['  Team A ', 'Team A'],
    ['', 'unknown'],
    ['two\nlines', 'unknown'],
    ['x'.repeat(600), 'unknown'],
    [`hvs.${'x'.repeat(24)}`, 'unknown'],
  ])('noted as %j is %j', async (noted, owner) => {
    const own = bench((provider) => {
      provider.plant('Client', { clientId: 'orders' }).noted = { facts: { 'attributes.team': noted } };
    });
    const { report } = await own.look();
    expect(report.imported.find(({ id }) => id === 'orders')?.owner).toBe(owner);
    const without = await own.look({ ownerFrom: undefined });
    expect(without.report.imported.find(({ id }) => id === 'orders')?.owner).toBe('unknown');
  });
});

describe('import: what cannot be said', () => {
  it('names the fields that a manifest would change, by the words of a plan', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'labelled', labels: { tier: 'a' } }));
    const { report } = await own.look();
    expect(report.leftOut).toMatchObject([
      {
        id: 'labelled',
        reason: 'differs',
        why: expect.stringMatching(/label tier is "a", and would be \(not set\)/),
      },
    ]);
  });

  it('takes the clients of an Api along that is left out', async () => {
    const own = bench((provider) => {
      provider.plant('Api', { audience: 'two words', scopes: { 'x:y': { description: '' } } }, 'words');
      provider.plant('Client', { clientId: 'reader', access: { words: { scopes: ['x:y'], onRequest: [] } } });
    });
    expect(await reasons(own)).toEqual({ 'two words': 'bad-value', reader: 'needs-left-out' });
  });

  it.each([
    ['substitution', '${env:SECRET}'],
    ['misplaced-credential', `hvs.${'a'.repeat(24)}`],
    ['bad-value', 'bell \u0007'],
  ])('is left out for the reason %s', async (reason, description) => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'orders', description }));
    expect(await reasons(own)).toEqual({ orders: reason });
    const { files } = await own.look();
    expect(files.map(({ text }) => text).join('')).not.toContain(description);
  });

  it('is left out where a text holds a credential of the run', async () => {
    rememberSecret('canary-secret-of-this-run');
    const own = bench((provider) => {
      provider.plant('Client', { clientId: 'orders', description: 'is canary-secret-of-this-run' });
    });
    expect(await reasons(own)).toEqual({ orders: 'misplaced-credential' });
    expect(JSON.stringify((await own.look()).files)).not.toContain('canary');
  });

  it("is grantry's own account", async () => {
    const own = bench((provider) => {
      provider.plant('Client', { clientId: 'grantry' });
      provider.ownClientId = 'grantry';
    });
    const { report } = await own.look();
    expect(report.leftOut.map(({ id, reason }) => [id, reason])).toEqual([['grantry', 'own-account']]);
    expect(report.shadow).toEqual([]);
  });

  it('is what the plan could not take over', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'orders' }));
    const read = own.provider.read.bind(own.provider);
    own.provider.read = async (desired, options) => ({
      ...(await read(desired, options)),
      impossible: [{ address: 'Client/orders', reason: 'it is ambiguous', hint: 'Say which.' }],
    });
    expect((await own.look()).report.leftOut).toMatchObject([
      { reason: 'conflict', why: 'It is ambiguous.', todo: 'Say which.' },
    ]);
  });

  it('is nothing at all of a provider that cannot be read so', async () => {
    const own = bench(() => undefined);
    Object.assign(own.provider, { readEstate: undefined });
    await expect(own.look()).rejects.toThrow(GrantryError);
  });
});

describe('import: the files as a whole', () => {
  it('are written only where they say what was checked object by object', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'orders', ...reads }), {
      'audit.yaml': 'apiVersion: grantry/v1\nkind: Client\nmetadata: { name: audit }\nspec: {}\n',
    });
    await expect(own.look({ pathOf: () => 'manifests/audit.yaml' })).rejects.toThrow('nothing was written');
  });
});

describe('import --deliver', () => {
  it('has the credentials that are in force delivered, which otherwise stay where their owners keep them', async () => {
    const own = bench((provider) => provider.plant('Client', { clientId: 'orders' }));
    expect((await own.look()).files[0]?.text).toContain('  credential: {deliver: false}\n');
    await own.run({ deliver: true });
    const { changes } = await own.planAdoption();
    expect(changes.find(({ address }) => address === 'Client/orders')).toMatchObject({ delivery: { path: 'orders' } });
  });
});

describe('import --select', () => {
  it('takes only the clients that are named, and the Apis that they may call', async () => {
    const own = bench((provider) => {
      provider.plant('Api', { audience: 'mail', scopes: { send: { description: '' } } }, 'mail');
      provider.plant('Client', { clientId: 'a/orders', ...reads });
      provider.plant('Client', { clientId: 'audit' });
    });
    const { report } = await own.look({ select: ['*orders'] });
    expect(report.imported.map(({ id }) => id)).toEqual(['https://stock.test', 'a/orders']);
  });
});
