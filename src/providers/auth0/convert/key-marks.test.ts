import { describe, expect, it } from 'vitest';
import { formatKeys, parseKeys } from './key-marks.ts';
import { MARK } from './marks.ts';

const PRESENT = { credentialId: 'cred_1', keyId: 'k-1_a', alg: 'PS256', createdAt: 1_800_000_000 };

describe('parseKeys', () => {
  it.each([[{ present: PRESENT }], [{ present: PRESENT, previous: { credentialId: 'cred_0', until: 1_900_000_000 } }]])(
    'reads what was written: %o',
    (keys) => {
      expect(parseKeys({ [MARK.keys]: formatKeys(keys) })).toEqual(keys);
    },
  );

  it('fits into a value of metadata with ids as long as Auth0 makes them', () => {
    const credentialId = `cred_${'x'.repeat(22)}`;
    const keys = {
      present: { ...PRESENT, credentialId, keyId: 'k'.repeat(64) },
      previous: { credentialId, until: 9e9 },
    };
    expect(formatKeys(keys).length).toBeLessThan(255);
  });

  it.each(['', 'cred_1', 'cred_1 kid RS256', 'cred_1 kid RS256@now', 'cred_1 kid RS256@1 cred_0', 'a b c d@1'])(
    'finds none in %j',
    (text) => {
      expect(parseKeys({ [MARK.keys]: text })).toBeUndefined();
    },
  );
});
