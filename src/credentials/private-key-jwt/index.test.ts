import { describeMethod } from '../../../test/contract/credential/credential-contract.ts';
import { KEY_ALGS } from '../../model/secrets/key-alg.ts';
import { privateKeyMethod } from './index.ts';

const [first, ...others] = KEY_ALGS.map((alg) => ({ private_key_jwt: { alg } }));
if (first === undefined) throw new TypeError('there are no algorithms');

describeMethod(privateKeyMethod, [first, ...others]);
