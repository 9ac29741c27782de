import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runInShell } from '../../../../test/support/process/run-in-shell.ts';
import { desiredAt } from '../../../../test/support/stores/desired-at.ts';
import { commandsOf } from '../../../../test/support/stores/findings.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { StoreEntry } from '../../store.ts';
import type { VaultAuth, VaultSettings } from '../settings.ts';
import { checkLifetimes } from './check-lifetimes.ts';
import { checkMount } from './check-mount.ts';
import { checkRights } from './check-rights.ts';
import { checkToken } from './check-token.ts';
import { placesOf } from './places.ts';
import type { TokenFacts } from './questions.ts';
import { rightsFor } from './rights.ts';

const HIT = 'a name was run';

/** Names that a shell would run a part of, were they not quoted. */
const hostile = fc
  .array(
    fc.constantFrom(
      'a',
      "'",
      '"',
      ' ',
      '\\',
      '*',
      '>',
      '\n',
      `$(echo ${HIT} >&3)`,
      `;echo ${HIT} >&3;`,
      `\`echo ${HIT} >&3\``,
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''));

const auths: fc.Arbitrary<VaultAuth> = fc
  .record({ mount: hostile, role: hostile })
  .chain(({ mount, role }) =>
    fc.constantFrom<VaultAuth>(
      { kind: 'token', token: new Secret('canary') },
      { kind: 'approle', mount, roleId: role, secretId: new Secret('canary') },
      { kind: 'jwt', mount, role, token: new Secret('canary') },
      { kind: 'github', mount, role, audience: role },
      { kind: 'kubernetes', mount, role },
    ),
  );

const allSettings: fc.Arbitrary<VaultSettings> = fc.record({
  kind: fc.constantFrom('vault', 'openbao'),
  address: hostile,
  namespace: fc.option(hostile, { nil: undefined }),
  mount: hostile,
  prefix: fc.oneof(hostile, fc.constant('')),
  auth: auths,
});

const tokens: fc.Arbitrary<TokenFacts | undefined> = fc.option(
  fc.record({
    policies: fc.array(
      fc.oneof(
        hostile,
        hostile.map((name) => `grantry${name}`),
        fc.constantFrom('default', 'root'),
      ),
    ),
    ofEntity: fc.array(hostile),
    ttl: fc.constant(60),
    renewable: fc.constant(false),
    uses: fc.constantFrom(0, 1),
    role: fc.option(hostile, { nil: undefined }),
    now: fc.constant(undefined),
  }),
  { nil: undefined },
);

function allCommands(settings: VaultSettings, token: TokenFacts | undefined): readonly string[] {
  const rights = rightsFor(settings.kind, placesOf(settings, desiredAt(['team/orders'])));
  const account = { settings, token };
  const config = { deletesAfter: '1h', maxVersions: 1, marksNeedVersion: true };
  const limits = { vanishing: { after: '1h', hint: '' }, keepsVersions: 1 };
  const entry: StoreEntry = { mark: undefined, version: 1, readable: true, limits };
  return commandsOf([
    ...checkToken(settings, token),
    checkMount({ kind: 'hidden' }, true, settings),
    checkMount({ kind: 'hidden' }, false, settings),
    checkMount({ kind: 'other', what: 'KV version 1', isOldKv: true }, true, settings),
    ...checkRights(rights, undefined, account),
    ...checkRights(rights, new Map(), account),
    ...checkLifetimes(settings, { config, places: new Map([[`${settings.prefix}/orders`, entry]]), hasOverlaps: true }),
  ]);
}

test('every command is one that a shell parses, and runs no part of a name', () => {
  fc.assert(
    fc.property(allSettings, tokens, (settings, token) => {
      const commands = allCommands(settings, token);
      expect(commands.length).toBeGreaterThan(5);
      const script = ['vault() { :; }', 'bao() { :; }', 'exec 3>&1 >/dev/null', ...commands].join('\n');
      expect(runInShell(script)).toBe('');
    }),
    { numRuns: 50 },
  );
});
