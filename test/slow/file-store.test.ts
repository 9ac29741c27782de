import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterAll, beforeAll, describe } from 'vitest';
import { Secret } from '../../src/model/secrets/secret.ts';
import { openFileStore } from '../../src/stores/file/index.ts';
import type { Store } from '../../src/stores/store.ts';
import { testLongListing } from '../contract/store/store-listing.ts';

describe('the encrypted file store', () => {
  let path: string;
  let store: Store;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'grantry-store-'));
    const identity = new Secret(await generateX25519Identity());
    store = await openFileStore({ kind: 'file', path, recipients: [], identity });
  });
  afterAll(() => rm(path, { recursive: true }));

  testLongListing(() => ({ store, countRequests: () => undefined }));
});
