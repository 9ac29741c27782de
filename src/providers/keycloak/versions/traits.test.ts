import { expect, it } from 'vitest';
import { keycloakCapabilities } from '../capabilities.ts';
import { compareVersions, hasTrait } from './traits.ts';

it.each([
  ['26.0.8', '26.2', -1],
  ['26.10.0', '26.9', 1],
  ['26.2', '26.2.0', 0],
  ['26.6.1', '26.6', 1],
  ['27', '26.8', 1],
  ['26.0.8.redhat-00001', '26.0.8', 0],
  ['26.6.0-SNAPSHOT', '26.6', 0],
])('versions: %s and %s are compared by their numbers', (left, right, sign) => {
  expect(Math.sign(compareVersions(left, right))).toBe(sign);
});

it('a trait: is there from its first version on', () => {
  expect(
    ['26.0.8', '26.5.7', '26.6.0', '26.7.4', '27.0.0'].map((each) => hasTrait('authMethodEnforced', each)),
  ).toEqual([false, false, true, true, true]);
});

it('capabilities: are those of the version, and of the newest where it is not known', () => {
  expect(keycloakCapabilities('26.0.8').authMethodEnforced).toBe(false);
  expect(keycloakCapabilities('26.7.4')).toEqual(keycloakCapabilities());
});
