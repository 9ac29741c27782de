import { signingAlgOf } from '../../model/auth-method.ts';
import type { PrivateKey } from '../../model/secrets/credential.ts';
import type { CredentialMethod } from '../method.ts';
import { authIn, keyAuth } from './auth.ts';
import { authenticate } from './authenticate.ts';
import { algOf, isSameKey, makeKey } from './make.ts';
import { fromPayload, payloadKeys, toPayload } from './payload.ts';
import { isPresent, readKey } from './read.ts';
import { rotation } from './rotate.ts';

/** A key of the client's own: the provider has the public part alone. */
export const privateKeyMethod: CredentialMethod<PrivateKey> = {
  kind: 'private-key-jwt',
  auth: keyAuth,
  authIn,
  payloadKeys,
  make: (auth) => makeKey(algOf(auth)),
  toPayload,
  fromPayload,
  isSame: isSameKey,
  isGuessable: () => false,
  fits: ({ alg }, auth) => signingAlgOf(auth) === alg,
  authenticate,
  read: readKey,
  isShown: () => true,
  isPresent,
  isGone: ({ keyId }) => keyId === undefined,
  rotation,
};
