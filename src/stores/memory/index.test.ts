import { beforeAll, describe } from 'vitest';
import { testStore } from '../../../test/contract/store/store-contract.ts';
import { testLongListing } from '../../../test/contract/store/store-listing.ts';
import type { StoreSubject } from '../../../test/contract/store/store-subject.ts';
import { MemoryStore } from './index.ts';

describe('the store in memory', () => {
  let subject: StoreSubject;
  beforeAll(() => {
    const store = new MemoryStore();
    let counted = 0;
    subject = {
      store,
      another: async () => store,
      raw: async (path) => store.peek(path),
      putForeign: async (path, data, pairs) => store.writeForeign(path, data, pairs),
      deleteLatest: async (path) => store.deleteLatest(path),
      previousSecret: async (path, version) => store.peekVersion(path, version)?.['client_secret'],
      records: { remove: async (name) => store.deleteRecord(name), kept: async () => 1 },
      countRequests: () => {
        const since = store.requests - counted;
        counted = store.requests;
        return since;
      },
      leftovers: async () => '',
    };
  });

  testStore(() => subject);
  testLongListing(() => subject);
});
