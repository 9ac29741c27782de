import { existsSync } from 'node:fs';
import { mentionsEnv } from '../../../manifest/schema/url.ts';
import { WithheldSecret } from '../../../model/secrets/secret.ts';
import type { Secret } from '../../../model/secrets/secret.ts';
import type { Environment } from '../../../platform/proxy.ts';
import { hasGithubIdTokens } from '../../../platform/workload/github-actions.ts';
import type { KeycloakAuth } from './settings.ts';

/** How messages name grantry's own account. */
export function nameAccount(auth: KeycloakAuth): string {
  return auth.kind === 'password' ? `user ${auth.username}` : `client ${auth.clientId}`;
}

/** The client by which grantry logs in. */
export function loginClientId(auth: KeycloakAuth): string {
  return auth.kind === 'password' ? 'admin-cli' : auth.clientId;
}

/** Whether there is all that a login takes, for a command that can do without one. */
export function hasAccount(auth: KeycloakAuth, env: Environment): boolean {
  // What is not set in the environment of such a command still stands there as it was written.
  if (auth.kind !== 'password' && mentionsEnv(auth.clientId)) return false;
  if (auth.kind === 'github') return hasGithubIdTokens(env);
  if (auth.kind === 'kubernetes') return existsSync(auth.tokenFile);
  return !(secretOf(auth) instanceof WithheldSecret);
}

type WithSecret = Exclude<KeycloakAuth, { kind: 'github' | 'kubernetes' }>;

/** What an account proves itself with, where the environment holds it. */
function secretOf(auth: WithSecret): Secret {
  switch (auth.kind) {
    case 'secret':
      return auth.clientSecret;
    case 'key':
      return auth.privateKey;
    case 'assertion':
      return auth.assertion;
    case 'password':
      return auth.password;
    default:
      return auth satisfies never;
  }
}
