import { describe, expect, it } from 'vitest';
import { formatKeys, parseKeys } from './key-marks.ts';
import { MARK } from './marks.ts';

const PRESENT = { credentialId: 'cred_1', keyId: 'k-1_a', createdAt: 1_800_000_000 };
const PREVIOUS = { credentialId: 'cred_0', until: 1_900_000_000 };

describe('parseKeys', () => {
  it.each([
    [{ alg: 'RS256' }],
    [{ alg: 'PS256', present: PRESENT }],
    [{ alg: 'PS256', previous: PREVIOUS }],
    [{ alg: 'PS256', present: PRESENT, previous: PREVIOUS }],
  ])('reads what was written: %o', (keys) => {
    expect(parseKeys({ [MARK.keys]: formatKeys(keys) })).toEqual(keys);
  });

  it('fits into a value of metadata with ids as long as Auth0 makes them', () => {
    const credentialId = `cred_${'x'.repeat(22)}`;
    const present = { credentialId, keyId: 'k'.repeat(64), createdAt: 9e9 };
    expect(formatKeys({ alg: 'RS256', present, previous: { credentialId, until: 9e9 } }).length).toBeLessThan(255);
  });

  it.each(['', 'RS256 cred_1', 'RS256 cred_1:kid', 'RS256 cred_1:kid@now', 'RS256 a:b@1 cred_0', 'RS256  a@1'])(
    'finds none in %j',
    (text) => {
      expect(parseKeys({ [MARK.keys]: text })).toBeUndefined();
    },
  );
});
