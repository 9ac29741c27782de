import type { ClientSecret } from '../../model/secrets/credential.ts';
import type { CredentialMethod } from '../method.ts';
import { clientSecretAuth } from './auth.ts';
import { authenticate } from './authenticate.ts';
import { isGuessableSecret, isSameSecret, makeSecret } from './make.ts';
import { fromPayload, payloadKeys, toPayload } from './payload.ts';
import { isPresent, readSecret } from './read.ts';
import { rotation } from './rotate.ts';

/** A secret that the client and the provider share. */
export const clientSecretMethod: CredentialMethod<ClientSecret> = {
  kind: 'client-secret',
  auth: clientSecretAuth,
  authIn: ({ auth }) => clientSecretAuth.safeParse(auth).data,
  payloadKeys,
  make: async () => makeSecret(),
  toPayload,
  fromPayload,
  isSame: isSameSecret,
  isGuessable: isGuessableSecret,
  fits: (_, auth) => typeof auth === 'string',
  authenticate,
  read: readSecret,
  isShown: ({ present }) => present !== undefined,
  isPresent,
  isGone: () => false,
  rotation,
};
