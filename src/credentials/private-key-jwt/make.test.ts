import { expect, it } from 'vitest';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import { publicJwk } from '../../model/secrets/public-jwk.ts';
import { makeKey } from './make.ts';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

it.each(KEY_ALGS)('publicJwk: holds nothing of the private part: %s', async (alg) => {
  const key = await makeKey(alg);
  const jwk = publicJwk(key);
  expect(Object.keys(jwk).filter((member) => PRIVATE_MEMBERS.includes(member))).toEqual([]);
  expect(jwk).toMatchObject({ kid: key.keyId, alg, use: 'sig' });
});
