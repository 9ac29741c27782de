import { expect, it } from 'vitest';
import { z } from 'zod';
import { portsOver } from '../../test/support/servers/ports-over.ts';
import { desiredAt } from '../../test/support/stores/desired-at.ts';
import { findingOf } from '../../test/support/stores/findings.ts';
import { Secret } from '../model/secrets/secret.ts';
import { makeStoreOpener } from './open.ts';
import { vault } from './vault/description.ts';
import type { VaultSettings } from './vault/settings.ts';

const SETTINGS: VaultSettings = {
  kind: 'vault',
  address: 'http://v',
  namespace: undefined,
  mount: 'kv',
  prefix: '',
  auth: { kind: 'token', token: new Secret('canary-token') },
};

const question = z.object({ paths: z.array(z.string()) });

/** A server on which the login may do nothing but ask for its own rights. */
const ports = portsOver(
  async (url, init) => {
    const { pathname } = new URL(url);
    if (pathname.endsWith('lookup-self')) return Response.json({ data: { ttl: 0, policies: ['default'] } });
    if (!pathname.endsWith('capabilities-self'))
      return Response.json({ errors: ['permission denied'] }, { status: 403 });
    const { paths } = question.parse(JSON.parse(typeof init?.body === 'string' ? init.body : '{}'));
    return Response.json({ data: Object.fromEntries(paths.map((path) => [path, ['deny']])) });
  },
  { env: {}, random: () => 0 },
);

it('makeStoreOpener: a store whose place cannot be seen is opened for checks, and refused for all else', async () => {
  const opener = makeStoreOpener([vault]);
  await expect(opener.open(SETTINGS, ports)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  const store = await opener.open(SETTINGS, ports, { forChecks: true });
  const results = (await store.checks?.(desiredAt(['orders']))) ?? [];
  expect(findingOf(results, 'mount')).toMatchObject({ kind: 'unknown' });
  expect(findingOf(results, 'write-documents')).toMatchObject({ kind: 'problem' });
  expect(JSON.stringify(results)).not.toContain('canary');
});
