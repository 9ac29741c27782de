/** Requests that read by their look, and write. */
import { expect, it } from 'vitest';
import { readSources } from './sources.ts';

it('Keycloak is asked for the user of a service account, which makes one that is gone, only to restore it', () => {
  const asking = readSources().flatMap(({ path, text }) =>
    [...text.matchAll(/api\.(\w+)\([^;]*?\.getServiceAccountUser\(/g)].map(([, how]) => ({ path, how })),
  );
  expect(asking).toEqual([{ path: 'src/providers/keycloak/roles/service-accounts.ts', how: 'write' }]);
});
