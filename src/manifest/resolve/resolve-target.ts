import { normalize, resolve } from 'node:path';
import { GrantryError } from '../../model/errors.ts';
import { Secret, WithheldSecret } from '../../model/secret.ts';
import type { FileStoreSettings, ProviderSettings, StoreSettings, Target, VaultAuth } from '../../model/target.ts';
import { findControlCharacter, substituteEnv, variablesIn } from './environment.ts';
import type { Environment } from './environment.ts';
import { checkHostAllowed, readAllowedHosts } from './hosts.ts';
import { fitsMark } from '../../model/mark-text.ts';
import { checkDomain, checkUrl, isInsecure, normaliseUrl } from '../schema/url.ts';
import type { TargetSpec } from '../schema/target.ts';
import { trimSlashes } from '../slashes.ts';
import { targetDefaults } from './target-defaults.ts';
import type { TargetManifest } from '../types.ts';

/** What a Target is resolved with. */
export interface Surroundings {
  readonly env: Environment;
  /** What the path of a file store is relative to. */
  readonly cwd: string;
  /** `optional`: grantry's own account at the provider is used if all that it refers to is set. */
  readonly providerAccount?: 'required' | 'optional';
}

/**
 * The Target with `${env:NAME}` replaced and defaults filled in. Throws HOST_NOT_ALLOWED for a server that
 * GRANTRY_ALLOWED_HOSTS does not list, and INVALID_INPUT naming every variable that is not set, or the field that a
 * control character got into.
 */
export function resolveTarget(
  manifest: TargetManifest & { spec: TargetSpec },
  { env, cwd, providerAccount = 'required' }: Surroundings,
): Target {
  const spec = substituteEnv(manifest.spec, env, new Set());
  // First: a changed URL is the graver news, also where the environment of a fork lacks the credentials.
  checkServers(manifest, spec, env);
  const hasAccount = providerAccount === 'required' || isSet(manifest.spec.provider, env);
  checkEnvironment(manifest, hasAccount ? manifest.spec : withoutAccount(manifest.spec), env);
  checkStack(manifest, spec);
  const { rotate, guards } = targetDefaults(spec);
  return {
    name: manifest.name,
    stack: spec.stack,
    provider: toProvider(spec, manifest.spec, hasAccount ? secretOf : () => new WithheldSecret()),
    store: toStore(spec, manifest.spec, cwd),
    rotate,
    guards,
    position: manifest.position,
  };
}

/** The schema saw it before `${env:NAME}` was replaced; a blank name would be a mark that no server keeps. */
function checkStack({ name, position }: TargetManifest, { stack }: TargetSpec): void {
  if (/^\S(?:.*\S)?$/.test(stack) && fitsMark(stack)) return;
  throw new GrantryError('INVALID_INPUT', `Target ${name}: spec.stack has blanks at its ends, or is too long`, {
    hint: `See ${position.file}, and the environment variables that it names.`,
  });
}

function isSet(value: unknown, env: Environment): boolean {
  const missing = new Set<string>();
  substituteEnv(value, env, missing);
  return missing.size === 0;
}

/** What of a spec is read by a command that does not log in to the provider. */
function withoutAccount({ provider: { keycloak, auth0 }, ...rest }: TargetSpec): unknown {
  return { ...rest, provider: { keycloak: { ...keycloak, auth: {} }, auth0: { ...auth0, auth: {} } } };
}

function checkEnvironment({ name, position }: TargetManifest, needed: unknown, env: Environment): void {
  const missing = new Set<string>();
  substituteEnv(needed, env, missing);
  if (missing.size > 0) {
    const names = [...missing].toSorted();
    throw new GrantryError('INVALID_INPUT', `Target ${name} needs ${names.join(', ')} in the environment`, {
      hint: `${names.length === 1 ? 'It is' : 'They are'} not set, or empty. ${position.file} says ${names.map((each) => `\${env:${each}}`).join(' and ')}.`,
    });
  }
  const found = findControlCharacter(needed, env, MULTILINE);
  if (found === undefined) return;
  const { field, variables, onlyAtEnd } = found;
  const source = variables.length === 0 ? position.file : variables.join(', ');
  const what = onlyAtEnd ? 'a line break at its end' : 'a control character';
  throw new GrantryError('INVALID_INPUT', `Target ${name}: spec.${field} has ${what}, from ${source}`, {
    hint: onlyAtEnd
      ? "Store the value without it: `printf '%s'` writes none, `echo` does."
      : 'A credential or a name is one line of text: look for a second line or a wrong encoding.',
  });
}

/** A whole key file, with its comments, may be in the variable. */
const MULTILINE = new Set(['store.file.identity']);

interface Server {
  readonly what: string;
  readonly url: string;
  readonly allowInsecure: boolean;
  readonly problem: string | undefined;
}

function serversOf({ provider, store }: TargetSpec): Server[] {
  const { keycloak, auth0 } = provider;
  const { vault } = store;
  return [
    ...(keycloak
      ? [
          {
            what: 'Keycloak',
            url: keycloak.url,
            allowInsecure: keycloak.allowInsecure,
            problem: checkUrl(keycloak.url),
          },
        ]
      : []),
    ...(auth0
      ? [{ what: 'Auth0', url: `https://${auth0.domain}`, allowInsecure: false, problem: checkDomain(auth0.domain) }]
      : []),
    ...(vault
      ? [{ what: 'Vault', url: vault.address, allowInsecure: vault.allowInsecure, problem: checkUrl(vault.address) }]
      : []),
  ];
}

function checkServers(manifest: TargetManifest, spec: TargetSpec, env: Environment): void {
  const allowed = readAllowedHosts(env);
  for (const { what, url, allowInsecure, problem } of serversOf(spec)) {
    // The manifest was checked without the environment: what came from there is checked here, and never quoted.
    if (problem !== undefined) {
      throw new GrantryError('INVALID_INPUT', `Target ${manifest.name}: the URL of ${what} ${problem}`);
    }
    if (isInsecure(url) && !allowInsecure) {
      throw new GrantryError('INVALID_INPUT', `Target ${manifest.name}: the URL of ${what} must begin with https://`, {
        hint: 'Credentials would cross the network in clear. To allow that, put allowInsecure: true beside the URL.',
      });
    }
    checkHostAllowed(url, `${what} of Target ${manifest.name}`, allowed);
  }
}

/** A credential, with the variables that it was written as. */
type MakeSecret = (value: string | undefined, written: string | undefined) => Secret;

const secretOf: MakeSecret = (value = '', written = '') => new Secret(value, variablesIn(written));

/** `written`: the same before `${env:NAME}` was replaced. */
function toProvider({ provider }: TargetSpec, written: TargetSpec, makeSecret: MakeSecret): ProviderSettings {
  const { keycloak, auth0 } = provider;
  if (keycloak !== undefined) {
    const { auth, realm } = keycloak;
    const from = written.provider.keycloak?.auth;
    const account =
      auth.username === undefined
        ? {
            kind: 'client' as const,
            clientId: auth.clientId ?? '',
            clientSecret: makeSecret(auth.clientSecret, from?.clientSecret),
          }
        : { kind: 'password' as const, username: auth.username, password: makeSecret(auth.password, from?.password) };
    return {
      kind: 'keycloak',
      url: normaliseUrl(keycloak.url),
      realm,
      auth: { realm: auth.realm ?? realm, ...account },
      pageSize: keycloak.pageSize,
      pagesInFlight: keycloak.pagesInFlight,
    };
  }
  if (auth0 !== undefined) {
    const auth = {
      clientId: auth0.auth.clientId,
      clientSecret: makeSecret(auth0.auth.clientSecret, written.provider.auth0?.auth.clientSecret),
    };
    const { domain, onRequestScopes, requestsPerSecond } = auth0;
    return { kind: 'auth0', domain, auth, onRequestScopes, requestsPerSecond };
  }
  throw new GrantryError('INVALID_INPUT', 'a Target names no provider');
}

function toStore({ store }: TargetSpec, written: TargetSpec, cwd: string): StoreSettings {
  const { vault, file } = store;
  if (vault !== undefined) {
    return {
      kind: 'vault',
      address: normaliseUrl(vault.address),
      namespace: vault.namespace === undefined ? undefined : trimSlashes(vault.namespace),
      mount: trimSlashes(vault.mount),
      prefix: trimSlashes(vault.prefix ?? ''),
      auth: toVaultAuth(vault.auth, written.store.vault?.auth),
    };
  }
  if (file !== undefined) {
    return toFileStore(file, written.store.file?.identity, cwd);
  }
  throw new GrantryError('INVALID_INPUT', 'a Target names no store');
}

type WrittenVaultAuth = NonNullable<TargetSpec['store']['vault']>['auth'];

function toVaultAuth(auth: WrittenVaultAuth, written: WrittenVaultAuth | undefined): VaultAuth {
  const { approle, jwt, kubernetes } = auth;
  if (approle !== undefined) {
    return {
      kind: 'approle',
      mount: trimSlashes(approle.mount ?? 'approle'),
      roleId: approle.roleId,
      secretId: secretOf(approle.secretId, written?.approle?.secretId),
    };
  }
  if (jwt !== undefined) {
    const base = { mount: trimSlashes(jwt.mount ?? 'jwt'), role: jwt.role };
    return jwt.github === undefined
      ? { kind: 'jwt', ...base, token: secretOf(jwt.token, written?.jwt?.token) }
      : { kind: 'github', ...base, audience: jwt.github.audience };
  }
  if (kubernetes !== undefined) {
    return { kind: 'kubernetes', mount: trimSlashes(kubernetes.mount ?? 'kubernetes'), role: kubernetes.role };
  }
  return { kind: 'token', token: secretOf(auth.token, written?.token) };
}

function toFileStore(
  file: NonNullable<TargetSpec['store']['file']>,
  written: string | undefined,
  cwd: string,
): FileStoreSettings {
  // A whole key file, with its comments, may be in the variable.
  const text = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+/.exec(file.identity)?.[0];
  const identity = secretOf(text, written);
  if (text === undefined) {
    throw new GrantryError('INVALID_INPUT', `the identity of the file store is no age key${identity.origin}`, {
      hint: 'It must be a whole key, AGE-SECRET-KEY-1 and what follows it, as grantry init or age-keygen makes it.',
    });
  }
  return {
    kind: 'file',
    path: resolve(cwd, file.path),
    shownPath: normalize(file.path),
    recipients: file.recipients ?? [],
    identity,
  };
}
