import { GrantryError } from '../../model/errors.ts';
import { Secret, WithheldSecret } from '../../model/secrets/secret.ts';
import type { BackendSettings, DesiredIssuer, Target } from '../../model/target.ts';
import { chosen } from '../backends.ts';
import type { BackendInManifest, Backends, Chosen } from '../backends.ts';
import { findControlCharacter, substituteEnv, variablesIn } from './environment.ts';
import type { Environment } from './environment.ts';
import { checkHostAllowed, readAllowedHosts } from '../../platform/allowed-hosts.ts';
import { fitsMark } from '../../model/mark-text.ts';
import { isInsecure } from '../schema/url.ts';
import type { TargetSpec } from '../schema/target.ts';
import { targetDefaults } from './target-defaults.ts';
import type { TargetManifest } from '../types.ts';
import { isObject } from '../values.ts';

/** What a Target is resolved with. */
export interface Surroundings {
  readonly env: Environment;
  /** What the path of a file store is relative to. */
  readonly cwd: string;
  /** `optional`: grantry's own account at the provider is used if all that it refers to is set. */
  readonly providerAccount?: 'required' | 'optional';
  /** As `2027-03-31`, in UTC: access that ended before is not granted. Absent: none has ended. */
  readonly today?: string;
  /** `unused`: the store is never opened, and what it takes need not be there. */
  readonly store?: 'required' | 'unused';
}

/** What a Target names. */
interface Choices {
  readonly provider: Chosen<BackendInManifest>;
  readonly store: Chosen<BackendInManifest>;
  readonly formerStore: Chosen<BackendInManifest> | undefined;
}

function choicesIn({ provider, store, formerStore }: TargetSpec, { providers, stores }: Backends): Choices {
  return {
    provider: chosen(providers, provider),
    store: chosen(stores, store),
    formerStore: formerStore === undefined ? undefined : chosen(stores, formerStore),
  };
}

/**
 * The Target with `${env:NAME}` replaced and defaults filled in. Throws HOST_NOT_ALLOWED for a server that
 * GRANTRY_ALLOWED_HOSTS does not list, and INVALID_INPUT naming every variable that is not set, or the field that a
 * control character got into.
 */
export function resolveTarget(
  manifest: TargetManifest & { spec: TargetSpec },
  backends: Backends,
  { env, cwd, providerAccount = 'required', store = 'required' }: Surroundings,
): Target {
  const spec = substituteEnv(manifest.spec, env, new Set());
  const [named, written] = [choicesIn(spec, backends), choicesIn(manifest.spec, backends)];
  // First: a changed URL is the graver news, also where the environment of a fork lacks the credentials.
  const hasStore = store === 'required';
  checkServers(manifest, hasStore ? named : { provider: named.provider }, env);
  const hasAccount = providerAccount === 'required' || isSet(manifest.spec.provider, env);
  const withStore = hasStore ? manifest.spec : withoutStores(manifest.spec);
  const needed = hasAccount ? withStore : withoutAccount(withStore);
  checkEnvironment(manifest, needed, env, multilineFields(named));
  checkStack(manifest, spec);
  const { rotate, guards } = targetDefaults(spec);
  const issuers = issuersIn(spec, backends);
  return {
    name: manifest.name,
    stack: spec.stack,
    provider: resolveBackend(named.provider, written.provider, { cwd, hasAccount }),
    ...(hasStore ? resolveStores(named, written, cwd) : { store: unopened(named.store) }),
    rotate,
    guards,
    ...(issuers === undefined ? {} : { issuers }),
    ...(spec.ignore === undefined ? {} : { ignore: spec.ignore }),
    position: manifest.position,
  };
}

/** The issuers that a Target names, of whatever provider; undefined: none. */
export function issuersIn(
  { provider }: Pick<TargetSpec, 'provider'>,
  { providers }: Backends,
): readonly DesiredIssuer[] | undefined {
  const { backend, spec } = chosen(providers, provider);
  return backend.issuers?.(spec);
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

/** What of a spec is read by a command that does not open the store. */
function withoutStores({ store: _store, formerStore: _formerStore, ...rest }: TargetSpec): Omit<TargetSpec, 'store'> {
  return rest;
}

/** What of a spec is read by a command that does not log in to the provider. */
function withoutAccount({ provider, ...rest }: Pick<TargetSpec, 'provider'>): unknown {
  const others = Object.entries(provider).map(([kind, settings]) => [
    kind,
    isObject(settings) ? { ...settings, auth: {} } : settings,
  ]);
  return { ...rest, provider: Object.fromEntries(others) };
}

function checkEnvironment(
  { name, position }: TargetManifest,
  needed: unknown,
  env: Environment,
  multiline: ReadonlySet<string>,
): void {
  const missing = new Set<string>();
  substituteEnv(needed, env, missing);
  if (missing.size > 0) {
    const names = [...missing].toSorted();
    throw new GrantryError('INVALID_INPUT', `Target ${name} needs ${names.join(', ')} in the environment`, {
      hint: `${names.length === 1 ? 'It is' : 'They are'} not set, or empty. ${position.file} says ${names.map((each) => `\${env:${each}}`).join(' and ')}.`,
    });
  }
  const found = findControlCharacter(needed, env, multiline);
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

/** Fields that may hold several lines, as `store.file.identity`. */
function multilineFields({ provider, store, formerStore }: Choices): ReadonlySet<string> {
  const named = [
    { key: 'provider', ...provider.backend },
    { key: 'store', ...store.backend },
    ...(formerStore === undefined ? [] : [{ key: 'formerStore', ...formerStore.backend }]),
  ];
  return new Set(named.flatMap(({ key, kind, multiline = [] }) => multiline.map((field) => `${key}.${kind}.${field}`)));
}

function checkServers(
  manifest: TargetManifest,
  { provider, store, formerStore }: Pick<Choices, 'provider'> & Partial<Choices>,
  env: Environment,
): void {
  const allowed = readAllowedHosts(env);
  const servers = [provider, store ?? [], formerStore ?? []]
    .flat()
    .flatMap(({ backend, spec }) => backend.servers(spec).map((server) => ({ what: backend.label, ...server })));
  for (const { what, url, allowInsecure, problem } of servers) {
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

function resolveStores(named: Choices, written: Choices, cwd: string): Pick<Target, 'store' | 'formerStore'> {
  const store = resolveBackend(named.store, written.store, { cwd, hasAccount: true });
  if (named.formerStore === undefined || written.formerStore === undefined) return { store };
  return { store, formerStore: resolveBackend(named.formerStore, written.formerStore, { cwd, hasAccount: true }) };
}

/** As far as paths of Clients depend on them, the settings of a store that nobody opens. */
function unopened({ backend: { kind }, spec }: Chosen<BackendInManifest>): BackendSettings {
  return { ...(isObject(spec) ? spec : {}), kind };
}

/** The settings that a backend is opened with; without an account its credentials are withheld. */
function resolveBackend(
  { backend, spec }: Chosen<BackendInManifest>,
  written: Chosen<BackendInManifest>,
  { cwd, hasAccount }: { readonly cwd: string; readonly hasAccount: boolean },
): BackendSettings {
  return backend.resolve(spec, {
    cwd,
    secret: (pick) =>
      hasAccount ? new Secret(pick(spec) ?? '', variablesIn(pick(written.spec) ?? '')) : new WithheldSecret(),
  });
}
