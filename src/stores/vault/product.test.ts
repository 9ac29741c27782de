import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../model/secrets/secret.ts';
import { systemPorts } from '../../platform/ports.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { login } from './auth.ts';
import { mountAbove, noMount, otherProduct, unexpectedBody, vaultError } from './errors.ts';
import { checkServer, commandOf, recognise } from './product.ts';
import { describeVault } from './settings.ts';
import type { VaultSettings } from './settings.ts';

const SERVER = { kind: 'openbao', address: 'https://bao.test' } as const;
const ATTEMPTED = { server: SERVER, path: 'kv/data/a', capabilities: ['read'] };
const LOGIN = { kind: 'jwt', mount: 'jwt', role: 'r', token: new Secret('canary') } as const;
const GITHUB = { kind: 'github', mount: 'jwt', role: 'r', audience: 'aud' } as const;
const POD = { kind: 'kubernetes', mount: 'kubernetes', role: 'r' } as const;
const PORTS = { ...systemPorts(), env: {} };
const SETTINGS: VaultSettings = {
  ...SERVER,
  namespace: undefined,
  mount: 'kv',
  prefix: '',
  auth: LOGIN,
};

function answer(status: number, body: unknown): HttpResponse {
  return { status, headers: new Headers(), body, format: typeof body === 'string' ? 'other' : 'json' };
}

describe('recognise', () => {
  it.each([
    ['v2.7.2+builtin.bao', false, 'openbao'],
    ['v0.25.0+builtin', true, 'vault'],
    ['v0.16.1+builtin.vault', false, 'vault'],
    ['', true, 'vault'],
    ['v1.0.0', false, undefined],
    [undefined, false, undefined],
  ] as const)('tells by %s (type of the mount: %s): %s', (pluginVersion, namesMountType, kind) => {
    expect(recognise({ pluginVersion, namesMountType })).toBe(kind);
  });
});

const noSchema = z.object({ data: z.string() }).safeParse({}).error;
if (noSchema === undefined) throw new Error('that should not fit');

const SAID: readonly (readonly [string, () => unknown])[] = [
  ['sealed', () => vaultError(answer(503, { errors: ['OpenBao is sealed'] }), ATTEMPTED)],
  ['busy', () => vaultError(answer(429, { errors: [] }), ATTEMPTED)],
  ['broken', () => vaultError(answer(500, { errors: ['x'] }), ATTEMPTED)],
  ['odd', () => vaultError(answer(418, { errors: ['x'] }), ATTEMPTED)],
  ['a page', () => vaultError(answer(200, '<html>'), ATTEMPTED)],
  ['something else', () => vaultError(answer(200, {}), ATTEMPTED)],
  ['forbidden', () => vaultError(answer(403, { errors: ['permission denied'] }), ATTEMPTED)],
  ['a dead token', () => vaultError(answer(403, { errors: ['invalid token'] }), ATTEMPTED)],
  ['a version in the address', () => vaultError(answer(404, { errors: ['no handler for route "v1/kv"'] }), ATTEMPTED)],
  ['no mount', () => vaultError(answer(404, { errors: ['no handler for route "kv"'] }), ATTEMPTED)],
  ['no mount, at the beginning', () => noMount(SERVER, 'kv')],
  ['a mount above', () => mountAbove(SERVER, { mount: 'kv/a', found: 'kv/' })],
  ['an odd body', () => unexpectedBody(answer(200, {}), ATTEMPTED, noSchema)],
  ['its name', () => describeVault(SETTINGS)],
  ['a check', () => checkServer(SERVER)],
];

describe('what is said of an OpenBao', () => {
  it.each(SAID)('names no other product and none of its commands: %s', (_, say) => {
    const said = say();
    const hint = said instanceof Error && 'hint' in said ? String(said.hint) : '';
    const text = `${String(said)} ${hint}`;
    expect(text).toMatch(/openbao|\bbao\b/i);
    expect(text).not.toMatch(/vault/i);
  });

  it.each([
    ['a login', async () => login(LOGIN, SETTINGS, async () => answer(400, { errors: ['no'] }), PORTS)],
    ['GitHub Actions', async () => login(GITHUB, SETTINGS, async () => answer(400, {}), PORTS)],
    ['a pod', async () => login(POD, SETTINGS, async () => answer(400, {}), PORTS)],
  ])('nor does an error of %s', async (_, ask) => {
    const error: unknown = await ask().catch((reason: unknown) => reason);
    const hint = error instanceof Error && 'hint' in error ? String(error.hint) : '';
    expect(String(error)).toContain('OpenBao');
    expect(`${String(error)} ${hint}`).not.toMatch(/vault/i);
  });

  it('is a command line that can be run', () => {
    expect(commandOf(SERVER, 'status')).toBe('BAO_ADDR=https://bao.test bao status');
    expect(commandOf({ ...SERVER, kind: 'vault' }, 'status')).toBe('VAULT_ADDR=https://bao.test vault status');
  });

  it('is another product only where another answers', () => {
    expect(otherProduct(SERVER, 'vault').message).toBe('At https://bao.test answers Vault, not OpenBao');
  });
});
