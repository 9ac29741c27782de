import { describe, expect, it } from 'vitest';
import { runInShell } from '../../../../test/support/process/run-in-shell.ts';
import { desiredAt } from '../../../../test/support/stores/desired-at.ts';
import { commandsOf, findingOf, wordsOf } from '../../../../test/support/stores/findings.ts';
import type { CheckResult, Mend } from '../../../model/check.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { VaultAuth, VaultSettings } from '../settings.ts';
import { checkRights } from './check-rights.ts';
import { checkToken } from './check-token.ts';
import { placesOf } from './places.ts';
import { mendPolicy } from './policy-mend.ts';
import type { TokenFacts } from './questions.ts';
import { rightsFor } from './rights.ts';

const TOKEN: TokenFacts = {
  policies: ['default'],
  ofEntity: [],
  ttl: 60,
  renewable: false,
  uses: 0,
  role: undefined,
  now: undefined,
};
const LOGIN: VaultAuth = { kind: 'token', token: new Secret('canary') };
const JWT: VaultAuth = { kind: 'jwt', mount: 'jwt', role: 'ci', token: new Secret('canary') };
const APPROLE: VaultAuth = { kind: 'approle', mount: 'approle', roleId: 'r', secretId: new Secret('canary') };
const KUBERNETES: VaultAuth = { kind: 'kubernetes', mount: 'k8s', role: 'ci' };
const SETTINGS: VaultSettings = {
  kind: 'vault',
  address: 'https://v',
  namespace: undefined,
  mount: 'secret',
  prefix: 'm2m',
  auth: LOGIN,
};
const BLOCK = 'path "secret/config" { capabilities = ["read"] }';

function mend(auth: VaultAuth, token: Partial<TokenFacts> | undefined): Mend {
  return mendPolicy([BLOCK], { settings: { ...SETTINGS, auth }, token: token && { ...TOKEN, ...token } });
}

/** What stands in for the program: it lists and reads so, and says what else it is asked to do. */
function vaultThat(list: string, read: string): string {
  return `case "$2" in list) ${list} ;; read) ${read} ;; *) echo "did $2" ; cat "$4" ;; esac`;
}

function lasting(token: Partial<TokenFacts>): readonly CheckResult[] {
  return checkToken(SETTINGS, { ...TOKEN, ...token });
}

function blocksFor(prefix: string, paths: readonly string[]): string {
  const rights = rightsFor('openbao', placesOf({ ...SETTINGS, prefix }, desiredAt(paths)));
  return commandsOf(checkRights(rights, new Map(), { settings: SETTINGS, token: TOKEN })).join('\n');
}

describe('mendPolicy', () => {
  it.each([
    ['are not known', undefined],
    ['cannot be named in a file', { policies: ['default', 'team/ci'] }],
    ['look like flags', { policies: ['default', '-ci'] }],
    ['are those of its entity, and cannot be named', { ofEntity: ['team/ci'] }],
  ])('changes nothing where the policies of the login %s: it says what is to be added', (_, token) => {
    expect(mend(LOGIN, token).commands).toEqual([]);
    for (const auth of [JWT, APPROLE, KUBERNETES]) {
      const { words, commands } = mend(auth, token);
      expect(words).toContain(BLOCK);
      expect(commands).toEqual([expect.stringMatching(/^VAULT_ADDR=https:\/\/v vault read auth\/\w+\/role\/\w+$/)]);
    }
  });

  it('adds to a policy that the entity of the login has', () => {
    expect(mend(LOGIN, { ofEntity: ['shared'] }).commands.join('')).toContain('policy write shared shared.hcl');
  });

  it('gives a policy to a login that is known to have none', () => {
    expect(mend(LOGIN, {}).commands.at(-1)).toContain('token create -policy=grantry');
    expect(mend(APPROLE, { role: 'ci' }).commands.at(-1)).toContain(
      'write auth/approle/role/ci token_policies=grantry',
    );
    expect(mend(KUBERNETES, {}).commands.at(-1)).toContain('write auth/k8s/role/ci token_policies=grantry');
  });

  it('writes no role of JWTs: what a write leaves out is reset', () => {
    const { words, commands } = mend(JWT, {});
    expect(words).toContain('add grantry to token_policies of the role');
    expect(commands.at(-1)).toBe('VAULT_ADDR=https://v vault read auth/jwt/role/ci');
    expect(commands.join('\n')).not.toContain('vault write');
  });

  it('replaces no policy whose read failed: each step takes the one before', () => {
    const [chain = '', ...others] = mend(LOGIN, {}).commands;
    expect(chain).not.toContain('||');
    const run = (vault: string): string => runInShell(`vault() { ${vault}; }\n${chain}`);
    const steps = (script: string): readonly string[] =>
      run(script)
        .split('\n')
        .filter((line) => line.startsWith('did'));
    expect(steps(vaultThat('false', 'echo old'))).toEqual([]);
    expect(steps(vaultThat('echo grantry', 'false'))).toEqual([]);
    expect(steps(vaultThat('echo grantry-other', 'false'))).toEqual(['did write']);
    expect(run(vaultThat('echo default; echo grantry', 'echo old'))).toBe(`did write\nold\n${BLOCK}\n`);
    expect(others).toHaveLength(1);
  });
});

describe('a token that lasts', () => {
  it('gets those policies that begin with grantry, and none of its entity', () => {
    const policies = ['default', 'admin', 'grantry', 'grantry-shared', 'grantry b'];
    expect(commandsOf(lasting({ policies, ofEntity: ['grantry-shared', 'grantry-entity'] }))).toEqual([
      "VAULT_ADDR=https://v vault token create -policy=grantry '-policy=grantry b' -period=24h",
    ]);
  });

  it('is not made by a command where there is no such policy', () => {
    const results = lasting({ policies: ['default', 'admin'], ofEntity: ['grantry'] });
    expect(commandsOf(results)).toEqual([]);
    expect(wordsOf(findingOf(results, 'token-end'))).toContain('with a policy of its own');
    const ofRoot = checkToken(SETTINGS, { ...TOKEN, policies: ['root'] });
    expect(findingOf(ofRoot, 'token-end')).toMatchObject({ mend: { commands: [] } });
  });
});

describe('without a prefix', () => {
  it('the very paths of the documents are named, and no folder of others', () => {
    const blocks = blocksFor('', ['team-a/orders', 'plain']);
    expect(blocks).toContain('path "secret/data/team-a/orders" {');
    expect(blocks).toContain('path "secret/detailed-metadata/team-a/" {');
    expect(blocks).toContain('path "secret/detailed-metadata/" {');
    const globs = [...blocks.matchAll(/path "([^"]*\*)"/g)].map(([, path]) => path);
    expect(globs.filter((path) => path?.includes('/.grantry/') !== true)).toEqual([]);
    expect(blocksFor('m2m', ['team-a/orders'])).toContain('path "secret/data/m2m/*" {');
  });

  it('nothing is asked for documents of a stack that has none', () => {
    expect(blocksFor('', [])).not.toContain('~grantry~doctor~');
    expect(blocksFor('m2m', [])).toContain('path "secret/data/m2m/*" {');
  });
});
