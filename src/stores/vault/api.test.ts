import { describe, expect, it } from 'vitest';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { VaultAuth } from './settings.ts';
import type { HttpResponse } from '../../platform/http.ts';
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

async function failureOf(answer: Partial<HttpResponse>, ask: (api: KvApi) => Promise<unknown>): Promise<GrantryError> {
  const auth = { kind: 'token', token: new Secret('canary-token') } as const;
  const settings = {
    kind: 'vault',
    address: 'http://v',
    namespace: undefined,
    mount: 'kv/m2m',
    prefix: '',
    auth,
  } as const;
  const whole = {
    status: 200,
    headers: new Headers(),
    body: {},
    format: 'json',
    timing: { headMs: 1, bodyMs: 0 },
  } as const;
  const error: unknown = await ask(new KvApi(settings, async () => ({ ...whole, ...answer }))).catch(
    (reason: unknown) => reason,
  );
  if (error instanceof GrantryError) return error;
  throw new Error('no GrantryError', { cause: error });
}

const list = (api: KvApi): Promise<unknown> => api.list('a', { includeDeleted: false });

describe('an answer that is not as documented', () => {
  it.each([
    [{ data: {} }, 'data.keys is missing'],
    [{ data: { keys: 'canary-value' } }, 'data.keys should be an array, and is a string'],
    [{ data: { keys: [1] } }, 'data.keys.0 should be a string, and is a number'],
    [{}, 'data is missing'],
    [[], 'it should be an object, and is an array'],
  ])('%j: the error names the field, and no value', async (body, why) => {
    const error = await failureOf({ body }, list);
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(new RegExp(`Vault's: ${why}$`)),
    });
    expect(error.message).not.toContain('canary-value');
  });

  it('the error says what the server warns of', async () => {
    const { message } = await failureOf(
      { body: { data: {}, warnings: ['Endpoint ignored\n[exclude_deleted]'] } },
      list,
    );
    expect(message).toContain('data.keys is missing. It warns: Endpoint ignored\\n[exclude_deleted]');
  });

  it('a listing that does not know exclude_deleted is not believed', async () => {
    const warnings = ['Endpoint ignored these unrecognized parameters: [exclude_deleted]'];
    const error = await failureOf({ body: { data: { keys: ['gone'] }, warnings } }, list);
    expect(error).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('does not know exclude_deleted'),
    });
  });
});

describe('a Target that is wrong', () => {
  it('a mount that holds a part of the path: the error says which mount and which prefix to give', async () => {
    const body = { data: { type: 'kv', path: 'kv/', options: { version: '2' } } };
    expect(await failureOf({ body }, (api) => api.checkMount())).toMatchObject({
      code: 'NOT_ALLOWED',
      message: 'The secrets engine of Vault at http://v stands at kv/, not at kv/m2m/: m2m is a part of the path in it',
      hint: 'Set spec.store.vault.mount to kv, and begin its prefix with m2m.',
    });
    const whole = { data: { ...body.data, path: 'kv/m2m/' } };
    const ok = new KvApi(
      {
        kind: 'vault',
        address: '',
        namespace: undefined,
        mount: 'kv/m2m',
        prefix: '',
        auth: { kind: 'token', token: new Secret('canary-token') },
      },
      async () => ({
        status: 200,
        headers: new Headers(),
        body: whole,
        format: 'json',
        timing: { headMs: 1, bodyMs: 0 },
      }),
    );
    await expect(ok.checkMount()).resolves.toBeUndefined();
  });

  it('an address that ends in /v1: the error says so', async () => {
    const body = { errors: ['no handler for route "v1/kv/metadata/a". route entry not found.'] };
    expect(await failureOf({ status: 404, body }, list)).toMatchObject({
      code: 'NOT_ALLOWED',
      hint: 'Give spec.store.vault.address without /v1, as VAULT_ADDR has it.',
    });
  });

  it.each([400, 405])(
    "the error of a refusal with %d has Vault's words, on one line and without the token",
    async (status) => {
      const { message } = await failureOf({ status, body: { errors: ['bad\n::error::canary-token'] } }, list);
      expect(message).toBe(`Vault at http://v answers ${status} at kv/m2m/metadata/a/: bad\\n::error::‹hidden›`);
    },
  );

  it('the type of a mount is quoted on one line', async () => {
    const body = { data: { type: 'x\n::error::y', options: null } };
    expect((await failureOf({ body }, (api) => api.checkMount())).message).toContain('of type "x\\n::error::y"');
  });
});
