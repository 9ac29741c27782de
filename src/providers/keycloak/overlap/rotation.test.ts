import { expect, test } from 'vitest';
import { findOverlaps, projectOverlap, rotationFields } from './rotation.ts';

const OVERLAP = 172_800;
const wanted = projectOverlap(OVERLAP, 'shop');
const { profile, policy } = rotationFields.parse(wanted.fields);

test('findOverlaps: finds an overlap as it was made', () => {
  expect(findOverlaps([profile], [policy], 'shop')).toMatchObject([{ address: wanted.address, fields: wanted.fields }]);
});

test.each([
  ['no list where one belongs', { ...policy, conditions: null }],
  ['a name that is no text', { ...policy, conditions: [{ condition: 7 }] }],
])('findOverlaps: takes one with %s for one that differs', (_, odd) => {
  const [found] = findOverlaps([profile], [odd], 'shop');
  expect(found?.address).toBe(wanted.address);
  expect(found?.fields).toEqual({ profile: { name: profile.name }, policy: { name: policy.name } });
});
