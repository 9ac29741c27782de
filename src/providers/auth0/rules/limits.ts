import type { ProviderView } from '../../../manifest/backends.ts';
import type { InTarget } from '../../../manifest/resolve/target-view.ts';
import { problemAtCredentialPath, credentialPathOf } from '../../../manifest/rules/credential-paths.ts';
import { problemIn, problemInView } from '../../../manifest/rules/rule.ts';
import { clientSettingsOf } from '../../../manifest/schema/client.ts';
import { ENV_PATTERN } from '../../../manifest/schema/parts.ts';
import type { TargetSpec } from '../../../manifest/schema/target.ts';
import type { ApiManifest, ClientManifest, Problem, TargetManifest } from '../../../manifest/types.ts';
import { isObject, valueAt } from '../../../manifest/values.ts';
import { formatDuration } from '../../../model/text/duration.ts';

/** Of an application and of an API: the schema of the Management API. */
const MAX_DESCRIPTION = 140;
const MAX_API_NAME = 200;
const MAX_AUDIENCE = 600;
const MAX_SCOPES = 1000;
const MAX_LIFETIME = 2_592_000;

/** client_metadata, where grantry's marks lie beside what the manifest declares. */
const MAX_KEYS = 10;
const MAX_TEXT = 255;
const KEY = /^[A-Za-z0-9:,\-+=_*?"/\\()<>@\t ]+$/;
const PREFIX = 'grantry_';
/** Stack, name, owner, and what was delivered where. */
const OWN_KEYS = 5;
/** A digest, since when the secret is there, and a blank stand before the path. */
const MAX_PATH = MAX_TEXT - 28;

/** What a tenant of Auth0 would refuse. Limits that the manifest language has anyway are not looked at again. */
export function* checkLimits(view: ProviderView): Iterable<Problem> {
  const { target } = view;
  // Without any Target only what cannot be meant for another provider is held against Auth0.
  if (target === undefined) {
    for (const client of view.clients) yield* checkMetadata(view, client);
    return;
  }
  if (target.spec === undefined) return;
  yield* checkStack(target, target.spec);
  for (const api of view.apis) yield* checkApi(view, target, api);
  for (const client of view.clients) yield* checkClient(view, client);
}

function* checkStack(target: TargetManifest, { stack }: TargetSpec): Iterable<Problem> {
  if (known(stack).length <= MAX_TEXT) return;
  const message = `the name of the stack has ${known(stack).length} characters; Auth0 keeps at most ${MAX_TEXT} in metadata: choose a shorter one`;
  yield problemIn(target, { rule: 'auth0-limit', message, path: ['spec', 'stack'] });
}

function* checkApi(view: ProviderView, target: TargetManifest, api: InTarget<ApiManifest>): Iterable<Problem> {
  const { manifest, spec } = api;
  if (spec === undefined) return;
  const { name } = manifest;
  const rule = 'auth0-limit';
  if (name.length > MAX_API_NAME) {
    const message = `the name has ${name.length} characters; Auth0 takes at most ${MAX_API_NAME} for an API: choose a shorter one`;
    yield problemIn(manifest, { rule, message, path: ['metadata', 'name'] });
  }
  if (spec.audience.length > MAX_AUDIENCE) {
    const message = `the audience has ${spec.audience.length} characters; Auth0 takes at most ${MAX_AUDIENCE}: choose a shorter one`;
    yield problemInView(view, api, { rule, message, path: ['audience'] });
  }
  const scopes = Object.keys(spec.scopes).length;
  if (scopes > MAX_SCOPES) {
    const message = `there are ${scopes} scopes; Auth0 takes at most ${MAX_SCOPES} for an API: split it into several`;
    yield problemInView(view, api, { rule, message, path: ['scopes'], part: 'key' });
  }
  if (spec.tokenLifetime !== undefined && spec.tokenLifetime > MAX_LIFETIME) {
    const message = `tokens would live for ${formatDuration(spec.tokenLifetime)}; Auth0 takes at most ${formatDuration(MAX_LIFETIME)}`;
    yield problemInView(view, api, { rule, message, path: ['tokenLifetime'] });
  }
  if (spec.introspectedBy !== undefined) {
    const message =
      `Auth0 has no token introspection, so introspectedBy does nothing in Target ${target.name}: let the Api check the ` +
      `signature of tokens there, and say so with overrides: {${target.name}: {introspectedBy: null}}`;
    const path = ['introspectedBy'];
    yield problemInView(view, api, { rule: 'no-introspection', severity: 'warning', message, path, part: 'key' });
  }
}

function* checkClient(view: ProviderView, client: InTarget<ClientManifest>): Iterable<Problem> {
  const { description, owner, labels } = client.manifest;
  const of = (what: string, length: number, path: string[]): Problem => {
    const message = `${what} ${length} characters; Auth0 keeps at most ${MAX_TEXT} in metadata: shorten it`;
    return problemIn(client.manifest, { rule: 'auth0-limit', message, path: ['metadata', ...path] });
  };
  if (description.length > MAX_DESCRIPTION) {
    const message = `the description has ${description.length} characters; Auth0 takes at most ${MAX_DESCRIPTION}: shorten it`;
    yield problemIn(client.manifest, { rule: 'auth0-limit', message, path: ['metadata', 'description'] });
  }
  if (owner.length > MAX_TEXT) yield of('the owner has', owner.length, ['owner']);
  const labelText = JSON.stringify(labels);
  if (labelText.length > MAX_TEXT) yield of('the labels together have, as JSON,', labelText.length, ['labels']);
  yield* checkPlace(view, client);
  yield* checkMetadata(view, client);
}

/** What was delivered where is kept with the application: a mark that was cut off would name another place. */
function* checkPlace(view: ProviderView, client: InTarget<ClientManifest>): Iterable<Problem> {
  const path = credentialPathOf(client);
  const place = view.locate(path);
  const tooLong =
    path.length > MAX_PATH
      ? `the credential path has ${path.length} characters; with Auth0 it can have ${MAX_PATH}`
      : place.length > MAX_TEXT
        ? `the place of the secret has ${place.length} characters, with what the Target puts around the path; with Auth0 it can have ${MAX_TEXT}`
        : undefined;
  if (tooLong === undefined) return;
  yield problemAtCredentialPath(view, client, 'auth0-limit', `${tooLong}: choose a shorter spec.credential.path`);
}

/** What comes from the environment is not known before a command connects; the rest is. */
function known(text: string): string {
  return text.replaceAll(ENV_PATTERN, '');
}

function* checkMetadata(view: ProviderView, client: InTarget<ClientManifest>): Iterable<Problem> {
  const written = valueAt(clientSettingsOf(client.spec, 'auth0'), ['metadata']);
  const metadata = isObject(written) ? written : {};
  const at = (key: string, part: 'key' | 'value', rule: string, message: string): Problem =>
    problemInView(view, client, { rule, message, path: ['auth0', 'metadata', key], part });
  for (const [key, value] of Object.entries(metadata)) {
    if (key.startsWith(PREFIX)) {
      const message = `the key "${key}" is for the marks of grantry: choose one that does not begin with ${PREFIX}`;
      yield at(key, 'key', 'reserved-metadata', message);
    } else if (key.length > MAX_TEXT) {
      const message = `a key of metadata has ${key.length} characters; Auth0 takes at most ${MAX_TEXT}: choose a shorter one`;
      yield at(key, 'key', 'auth0-limit', message);
    } else if (!KEY.test(key)) {
      const message = String.raw`the key "${key}" of metadata has characters that Auth0 does not take: use letters, digits, blanks and :,-+=_*?"/\()<>@`;
      yield at(key, 'key', 'auth0-limit', message);
    }
    if (typeof value !== 'string') {
      yield at(key, 'value', 'auth0-limit', 'Auth0 keeps nothing but text in metadata: put this in quotes');
    } else if (value.length > MAX_TEXT) {
      const message = `a value of metadata has ${value.length} characters; Auth0 takes at most ${MAX_TEXT}: shorten it`;
      yield at(key, 'value', 'auth0-limit', message);
    }
  }
  yield* checkRoom(view, client, Object.keys(metadata));
}

/** Which keys were declared is itself kept in metadata, and so are labels, the public keys and the state, where there is one to note. */
function* checkRoom(view: ProviderView, client: InTarget<ClientManifest>, keys: readonly string[]): Iterable<Problem> {
  if (keys.length === 0) return;
  const auth = client.spec?.auth;
  const optional = [
    ...(Object.keys(client.manifest.labels).length > 0 ? ['the labels'] : []),
    ...(auth !== undefined && typeof auth !== 'string' ? ['the public keys'] : []),
    ...(client.spec?.state === 'disabled' ? ['the state'] : []),
  ];
  const room = MAX_KEYS - OWN_KEYS - 1 - optional.length;
  const text = JSON.stringify(keys);
  const message =
    keys.length > room
      ? `there are ${keys.length} keys of metadata; Auth0 takes ${MAX_KEYS}, of which ${MAX_KEYS - room} are grantry's own marks` +
        `${optional.length > 0 ? ` (with one for ${optional.join(', and one for ')})` : ''}: keep ${room}`
      : text.length > MAX_TEXT
        ? `the keys of metadata have together, as JSON, ${text.length} characters; grantry can note ${MAX_TEXT} of them: choose shorter ones`
        : undefined;
  if (message === undefined) return;
  yield problemInView(view, client, { rule: 'auth0-limit', message, path: ['auth0', 'metadata'], part: 'key' });
}
