import { z } from 'zod';
import type { AuthMethod } from '../../../model/desired.ts';
import { DEFAULT_KEY_ALG, KEY_ALGS } from '../../../model/secrets/key-alg.ts';
import { usesKeys } from '../convert/keys.ts';
import { parseKeys } from '../convert/key-marks.ts';
import type { Application } from '../convert/representations.ts';
import { byPatch } from './reasons.ts';
import type { Reason } from './reasons.ts';

/** How an application authenticates, or why no manifest can say that. */
export function authOf(app: Application): { readonly auth: AuthMethod } | { readonly reason: Reason } {
  if (usesKeys(app)) return { auth: { private_key_jwt: { alg: algOf(app) } } };
  const { client_authentication_methods: methods, token_endpoint_auth_method: method } = app;
  if (methods !== undefined) return { reason: otherMethod(methods.name) };
  switch (method) {
    case 'client_secret_basic':
    case 'client_secret_post':
      return { auth: method };
    case 'none':
      return { reason: PUBLIC };
    case undefined:
      return { reason: unknownMethod(app.client_id) };
    default:
      return { reason: otherMethod(method) };
  }
}

const ALG = z.enum(KEY_ALGS);

/** Of keys that others registered a listing does not say it, and they stay as they are. */
function algOf({ client_metadata: metadata }: Application): (typeof KEY_ALGS)[number] {
  return ALG.safeParse(parseKeys(metadata)?.alg).data ?? DEFAULT_KEY_ALG;
}

const PUBLIC: Reason = {
  reason: 'public',
  why: 'It authenticates by nothing (token_endpoint_auth_method none), so it gets no token as itself.',
  todo: 'Give it a secret (client_secret_post) if a machine uses it, or take its grants away; then import again.',
};

function otherMethod(name: string): Reason {
  return {
    reason: 'other-authenticator',
    why: `It authenticates by ${name}, which manifests have no word for on Auth0.`,
    todo: 'Let it authenticate by private_key_jwt or a secret, and import again.',
  };
}

function unknownMethod(id: string): Reason {
  return {
    reason: 'authentication-unknown',
    why: 'Auth0 does not show how it authenticates: nobody ever said (token_endpoint_auth_method), or it has keys, which only read:client_credentials shows.',
    todo: byPatch(
      'Give grantry read:client_credentials if it has keys. Else say that it has a secret, which it may go on sending in either way',
      { list: 'clients', id },
      { token_endpoint_auth_method: 'client_secret_post' },
    ),
  };
}
