import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../cli/backends.ts';
import { loadManifests } from './load.ts';
import { resolveTargets } from './resolve/resolve.ts';

const ENV = {
  GRANTRY_KEYCLOAK_SECRET: 'not-a-real-one',
  VAULT_TOKEN: 'not-a-real-one',
  GRANTRY_AGE_KEY: 'AGE-SECRET-KEY-1QQQQQQ',
};

describe('the example', async () => {
  const manifests = loadManifests({
    backends: BACKENDS,
    manifests: ['manifests'],
    cwd: process.cwd(),
    today: '2026-11-30',
  });

  it('has no findings', () => {
    expect(manifests.findings).toEqual([]);
    expect(manifests.files).toBe(8);
  });

  it('resolves for every target, names sorted and overrides applied', () => {
    const [dev, local] = resolveTargets(manifests, ['*'], { env: ENV, cwd: '/work' });
    expect(dev?.target.name).toBe('dev');
    expect(dev?.clients.map((client) => client.name)).toEqual([
      'deploy-pipeline',
      'inventory-api',
      'nightly-reconciliation',
      'order-service',
    ]);
    expect(dev?.clients[0]?.access).toEqual([
      { api: 'inventory', scopes: ['inventory:read'], onRequest: ['inventory:write'] },
    ]);
    expect(local?.clients[0]?.access).toEqual([{ api: 'inventory', scopes: ['inventory:read'], onRequest: [] }]);
    expect(local?.target.store).toMatchObject({
      kind: 'file',
      path: '/work/.grantry/secrets',
      shownPath: '.grantry/secrets',
      recipients: [],
    });
    expect(local?.target.rotate).toEqual({ every: 7_776_000, overlap: 172_800 });
  });
});
