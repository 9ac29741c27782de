import { expect, it } from 'vitest';
import { Secret } from '../../model/secret.ts';
import type { VaultAuth } from '../../model/target.ts';
import { KvApi } from './api.ts';

it.each<[VaultAuth, string]>([
  [{ kind: 'token', token: new Secret('canary', ['VAULT_TOKEN']) }, ' (from VAULT_TOKEN in the environment)'],
  // What a login gave came from no variable.
  [{ kind: 'approle', mount: 'ci', roleId: 'r', secretId: new Secret('canary', ['SECRET_ID']) }, ''],
])('names the variable of a token that is refused in the middle of a run: case %#', async (auth, origin) => {
  const settings = { kind: 'vault', address: 'http://v', namespace: undefined, mount: 'kv', prefix: '', auth } as const;
  const body = { errors: ['permission denied', 'invalid token'] };
  const timing = { headMs: 1, bodyMs: 0 };
  const api = new KvApi(settings, async () => ({ status: 403, headers: new Headers(), body, format: 'json', timing }));
  await expect(api.list('m2m', { includeDeleted: false })).rejects.toThrow(
    `Vault at http://v does not accept the token${origin}: wrong, expired or revoked`,
  );
});
