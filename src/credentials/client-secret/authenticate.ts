import { ClientSecretBasic, ClientSecretPost } from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';
import type { ClientSecret } from '../../model/secrets/credential.ts';
import type { AuthMethod } from '../../model/desired.ts';

export function authenticate({ secret }: ClientSecret, auth: AuthMethod): ClientAuth {
  switch (auth) {
    case 'client_secret_basic':
    case 'client_secret':
      return ClientSecretBasic(secret.reveal());
    case 'client_secret_post':
      return ClientSecretPost(secret.reveal());
    default:
      throw new TypeError('a secret is sent in a header or in the body, and signs nothing');
  }
}
