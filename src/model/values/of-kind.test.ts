import { expect, test } from 'vitest';
import { ofKind } from './of-kind.ts';

test('ofKind: gives the one of the kind, and never another in its place', () => {
  const all = [{ kind: 'vault' }, { kind: 'file' }];
  expect(ofKind(all, 'file')).toBe(all[1]);
  expect(() => ofKind(all, 'aws')).toThrow('no backend of the kind aws is registered');
});
