import { expect, it } from 'vitest';
import { toLifetime } from './convert.ts';

it.each([
  ['0s', undefined],
  ['0h0m0s', undefined],
  ['', undefined],
  // Takes the limit of the mount away.
  ['-1s', undefined],
  ['768h0m0s', '768h0m0s'],
])('delete_version_after %j deletes after %j', (after, deletesAfter) => {
  expect(toLifetime({ delete_version_after: after, max_versions: 0 })).toEqual({
    deletesAfter,
    maxVersions: undefined,
  });
});
