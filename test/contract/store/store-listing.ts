import { expect, test } from 'vitest';
import { documentOf, freshFolder } from './store-subject.ts';
import type { StoreSubject } from './store-subject.ts';

/** Part of the contract by itself: on a real disk it takes many seconds, and so has no place in the quick tests. */
export function testLongListing(subject: () => Pick<StoreSubject, 'store' | 'countRequests' | 'makeFolder'>): void {
  test('copes with 1,000 documents in one folder', { timeout: 120_000 }, async () => {
    const { store, countRequests } = subject();
    const folder = await freshFolder(subject(), 'thousand');
    const paths = Array.from({ length: 1000 }, (_, n) => `${folder}/client-${n}`);
    for (let at = 0; at < paths.length; at += 20) {
      await Promise.all(paths.slice(at, at + 20).map((path) => store.write(path, documentOf('s'), 0)));
    }
    countRequests();
    expect((await store.existing(paths)).size).toBe(1000);
    const requests = countRequests() ?? 0;
    expect(requests).toBeLessThanOrEqual(store.capabilities.listing === 'folder' ? 1 : 20);
  });
}
