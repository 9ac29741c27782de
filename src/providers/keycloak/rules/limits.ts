import type { ProviderView } from '../../../manifest/backends.ts';
import type { InTarget } from '../../../manifest/resolve/target-view.ts';
import { problemIn, problemInView } from '../../../manifest/rules/rule.ts';
import { clientSettingsOf } from '../../../manifest/schema/client.ts';
import type { ApiManifest, ClientManifest, Problem } from '../../../manifest/types.ts';
import { isObject, valueAt } from '../../../manifest/values.ts';

/** Of nearly every text that Keycloak keeps. Above it a server answers 500 and nothing more. */
const MAX_TEXT = 255;

/** The user of a client's service account is named `service-account-` and the client_id. */
const MAX_CLIENT_ID = MAX_TEXT - 'service-account-'.length;

/** Labels are kept as attributes, whose names begin with this. */
const MAX_LABEL = MAX_TEXT - 'grantry.label.'.length;

/** Mappers are named `audience …` and `introspection by …`. */
const MAX_AUDIENCE = MAX_TEXT - 'audience '.length;
const MAX_INTROSPECTOR = MAX_TEXT - 'introspection by '.length;

const OTHER_GRANT = 'opens another way to tokens, and is always off for an M2M client';
const CREDENTIAL = 'is how a client authenticates, which spec.auth says';

/** Attributes that have a field of their own, that the server and grantry keep their books in, or that no M2M client needs. */
const RESERVED: readonly { readonly pattern: RegExp; readonly instead: string }[] = [
  { pattern: /^grantry\./, instead: 'is for the marks of grantry' },
  {
    pattern: /^access\.token\.lifespan$/,
    instead: 'is set by tokenLifetime of the Apis, or by keycloak.tokenLifetime of a Client',
  },
  { pattern: /^client\.secret\.authentication\.allowed\.method$/, instead: 'is set by spec.auth' },
  { pattern: /^client\.secret\.|^realm_client$|^is_temporary_admin$/, instead: 'is kept by the server' },
  { pattern: /(^|\.)grants?\.|(^|\.)token\.exchange\.|^external\.token\./, instead: OTHER_GRANT },
  { pattern: /^(ciba|oid4vci|ssf)\.|^client_credentials\./, instead: OTHER_GRANT },
  { pattern: /^(use\.)?jwks\.|^jwt\.credential\.|^x509\.|^token\.endpoint\.auth\./, instead: CREDENTIAL },
  { pattern: /^saml[._]/, instead: 'is for SAML clients' },
];

/** Why no manifest may declare an attribute of this name, as the end of `the attribute …`. */
export function whyReserved(name: string): string | undefined {
  return RESERVED.find(({ pattern }) => pattern.test(name))?.instead;
}

/** What Keycloak would refuse, or fail at without saying why. */
export function* checkLimits(view: ProviderView): Iterable<Problem> {
  const clientIds = new Map(view.clients.map(({ manifest: { name }, spec }) => [name, spec?.clientId ?? name]));
  for (const api of view.apis) yield* checkApi(view, api, clientIds);
  for (const client of view.clients) {
    yield* checkClient(view, client);
    const attributes = valueAt(clientSettingsOf(client.spec, 'keycloak'), ['attributes']);
    if (isObject(attributes)) yield* checkAttributes(view, client, Object.keys(attributes));
  }
}

function tooLong(what: string, length: number, most: number): string {
  return `${what} has ${length} characters; Keycloak takes at most ${most}: choose a shorter one`;
}

function* checkApi(
  view: ProviderView,
  api: InTarget<ApiManifest>,
  clientIds: ReadonlyMap<string, string>,
): Iterable<Problem> {
  const { audience = '', introspectedBy, managed } = api.spec ?? {};
  // What another stack made was short enough.
  if (managed === false) return;
  const rule = 'keycloak-limit';
  if (audience.length > MAX_AUDIENCE) {
    const message = tooLong('the audience', audience.length, MAX_AUDIENCE);
    yield problemInView(view, api, { rule, message, path: ['audience'] });
  }
  if (introspectedBy === undefined) return;
  const { length } = clientIds.get(introspectedBy) ?? introspectedBy;
  if (length > MAX_INTROSPECTOR) {
    const message = tooLong('the client_id of a client that introspects', length, MAX_INTROSPECTOR);
    yield problemInView(view, api, { rule, message, path: ['introspectedBy'] });
  }
}

function* checkClient(view: ProviderView, client: InTarget<ClientManifest>): Iterable<Problem> {
  const { name, description, labels } = client.manifest;
  const rule = 'keycloak-limit';
  if (description.length > MAX_TEXT) {
    const message = tooLong('the description', description.length, MAX_TEXT);
    yield problemIn(client.manifest, { rule, message, path: ['metadata', 'description'] });
  }
  for (const label of Object.keys(labels)) {
    if (label.length <= MAX_LABEL) continue;
    const message = tooLong('the name of a label', label.length, MAX_LABEL);
    yield problemIn(client.manifest, { rule, message, path: ['metadata', 'labels', label], part: 'key' });
  }
  const clientId = client.spec?.clientId;
  const { length } = clientId ?? name;
  if (length > MAX_CLIENT_ID) {
    const message = tooLong('the client_id', length, MAX_CLIENT_ID);
    yield clientId === undefined
      ? problemIn(client.manifest, { rule, message: `${message}, or set spec.clientId`, path: ['metadata', 'name'] })
      : problemInView(view, client, { rule, message, path: ['clientId'] });
  }
}

function* checkAttributes(
  view: ProviderView,
  client: InTarget<ClientManifest>,
  names: readonly string[],
): Iterable<Problem> {
  for (const name of names) {
    const path = ['keycloak', 'attributes', name];
    const instead = whyReserved(name);
    if (instead !== undefined) {
      const message = `the attribute "${name}" ${instead}`;
      yield problemInView(view, client, { rule: 'reserved-attribute', message, path, part: 'key' });
    } else if (name.length > MAX_TEXT) {
      const message = tooLong('the name of an attribute', name.length, MAX_TEXT);
      yield problemInView(view, client, { rule: 'keycloak-limit', message, path, part: 'key' });
    }
  }
}
