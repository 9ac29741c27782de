import type { DesiredIssuer, RotatePolicy, Target } from '../../model/target.ts';
import picomatch from 'picomatch';
import type {
  AuthMethod,
  DesiredAccess,
  DesiredApi,
  DesiredClient,
  DesiredState,
  EndedAccess,
} from '../../model/desired.ts';
import { inOrder } from '../../model/values/in-order.ts';
import { GrantryError } from '../../model/errors.ts';
import { overlapsOf } from '../../model/rotation.ts';
import { ofKind } from '../../model/values/of-kind.ts';
import type { Backends, ProviderInManifest } from '../backends.ts';
import type { Manifests } from '../manifests.ts';
import { pathInside, placeOfStore } from './places.ts';
import { resolveTarget } from './resolve-target.ts';
import type { Surroundings } from './resolve-target.ts';
import type { ApiSpec } from '../schema/api.ts';
import { clientSettingsOf } from '../schema/client.ts';
import type { ClientSpec } from '../schema/client.ts';
import { findNearest } from '../suggest.ts';
import type { TargetView } from './target-view.ts';
import { viewTarget } from './view-target.ts';
import type { ApiManifest, ClientManifest, TargetManifest } from '../types.ts';
import { compareText } from '../values.ts';

/**
 * What the manifests ask for in each target that one of the selectors (names or globs) selects, in the order of
 * the targets' names. The manifests must be free of errors. Throws INVALID_INPUT for a selector that selects nothing
 * and for environment variables that are not set, HOST_NOT_ALLOWED for a server that may not be sent credentials.
 */
export function resolveTargets(
  manifests: Pick<Manifests, 'language' | 'apis' | 'clients' | 'targets'>,
  selectors: readonly string[],
  surroundings: Surroundings,
): DesiredState[] {
  return selectTargets(manifests.targets, selectors).map((manifest) => {
    const { spec } = manifest;
    if (spec === undefined) {
      throw new GrantryError('INVALID_INPUT', `Target ${manifest.name} is not valid`, {
        hint: 'See: grantry validate',
      });
    }
    const { backends } = manifests.language;
    const place = placeOfStore(spec, backends);
    const otherPlaces = manifests.targets.flatMap((other) =>
      other.spec === undefined ? [] : (pathInside(placeOfStore(other.spec, backends), place) ?? []),
    );
    const target = { ...resolveTarget({ ...manifest, spec }, backends, surroundings), otherPlaces };
    const provider = ofKind(backends.providers, target.provider.kind);
    const objects = resolveObjects(viewTarget(manifest, manifests), target, provider, surroundings.today);
    return { target, ...objects, clients: withFullPaths(objects.clients, target, backends) };
  });
}

/** Everything that goes by a path, such as a mark of a delivery, has the one form of it. */
function withFullPaths(
  clients: readonly DesiredClient[],
  { store: settings }: Pick<Target, 'store'>,
  { stores }: Backends,
): readonly DesiredClient[] {
  const store = ofKind(stores, settings.kind);
  return clients.map((client): DesiredClient => {
    const { path } = client.credential;
    return { ...client, credential: { ...client.credential, path: store.fullPath?.(settings, path) ?? path } };
  });
}

/** The objects of a target with their defaults; those that are not valid are left out. */
export function resolveObjects(
  view: TargetView,
  defaults: Pick<Target, 'rotate' | 'issuers'>,
  provider: ProviderInManifest,
  today?: string,
): Pick<DesiredState, 'apis' | 'clients' | 'overlaps'> {
  const clients = view.clients
    .flatMap(({ manifest, spec }) =>
      spec === undefined ? [] : [toClient(manifest, spec, { ...defaults, today }, provider)],
    )
    .toSorted(byName);
  return {
    apis: view.apis
      .flatMap(({ manifest, spec }) => (spec === undefined ? [] : [toApi(manifest, spec)]))
      .toSorted(byName),
    clients,
    overlaps: provider.setsUpOverlaps ? overlapsOf(clients) : [],
  };
}

function selectTargets(targets: readonly TargetManifest[], selectors: readonly string[]): TargetManifest[] {
  const names = targets.map((target) => target.name).toSorted(compareText);
  const known = names.length === 0 ? 'No manifest declares a Target.' : `Targets: ${names.join(', ')}`;
  if (selectors.length === 0) {
    throw new GrantryError('INVALID_INPUT', 'no target is selected', { hint: `Select one with -t TARGET. ${known}` });
  }
  const selected = new Set<string>();
  for (const selector of selectors) {
    const isMatch = picomatch(selector);
    const matches = names.filter((name) => isMatch(name));
    if (matches.length === 0) {
      const nearest = findNearest(selector, names);
      const question = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      throw new GrantryError('INVALID_INPUT', `no Target matches "${selector}"${question}`, { hint: known });
    }
    matches.forEach((name) => selected.add(name));
  }
  return targets.filter((target) => selected.has(target.name)).toSorted(byName);
}

function toApi(manifest: ApiManifest, spec: ApiSpec): DesiredApi {
  const { name, owner, description, position } = manifest;
  return {
    name,
    owner,
    description,
    audience: spec.audience,
    tokenLifetime: spec.tokenLifetime,
    senderConstrained: spec.senderConstrained,
    tokenAlg: spec.token?.alg,
    tokenType: spec.token?.type,
    claims: Object.fromEntries(Object.entries(spec.claims).toSorted(([a], [b]) => compareText(a, b))),
    introspectedBy: spec.introspectedBy,
    managed: spec.managed,
    scopes: Object.entries(spec.scopes)
      .map(([name, description]) => ({ name, description }))
      .toSorted(byName),
    position,
  };
}

function toClient(
  manifest: ClientManifest,
  spec: ClientSpec,
  { rotate, issuers = [], today }: Pick<Target, 'rotate' | 'issuers'> & { readonly today: string | undefined },
  provider: ProviderInManifest,
): DesiredClient {
  const { name, owner, description, labels, position } = manifest;
  const own = spec.credential?.rotate;
  return {
    name,
    clientId: spec.clientId ?? name,
    owner,
    description,
    labels,
    ...accessOn(today, spec),
    auth: withAlias(spec.auth, issuers),
    state: spec.state,
    credential: {
      path: spec.credential?.path ?? name,
      rotate: own === undefined ? rotate : { ...rotate, ...withoutUndefined(own) },
      ...(spec.credential?.deliver === false ? { deliver: false } : {}),
    },
    settings: provider.resolveClient(clientSettingsOf(spec, provider.kind)),
    position,
  };
}

/** What is granted on a day, and what has ended before. */
function accessOn(today: string | undefined, { access }: ClientSpec): Pick<DesiredClient, 'access' | 'ended'> {
  const granted: DesiredAccess[] = [];
  const ended: EndedAccess[] = [];
  for (const { api, scopes, onRequest, until, reason } of access.toSorted((a, b) => compareText(a.api, b.api))) {
    if (until !== undefined && today !== undefined && until < today) ended.push({ api, until });
    else {
      granted.push({
        api,
        scopes: inOrder(scopes),
        onRequest: inOrder(onRequest),
        ...(until === undefined ? {} : { until }),
        ...(reason === undefined ? {} : { reason }),
      });
    }
  }
  return { access: granted, ...(ended.length === 0 ? {} : { ended }) };
}

/** What the provider calls an issuer the Target says. */
function withAlias(auth: AuthMethod, issuers: readonly DesiredIssuer[]): AuthMethod {
  if (typeof auth === 'string' || !('federated' in auth)) return auth;
  const { issuer, alias, subject } = auth.federated;
  const known = issuers.find(({ name }) => name === issuer);
  return { federated: { issuer, alias: known?.alias ?? alias, subject } };
}

function withoutUndefined({ every, overlap, endWhen }: OwnPolicy): Partial<RotatePolicy> {
  return {
    ...(every === undefined ? {} : { every }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(endWhen === undefined ? {} : { endWhen }),
  };
}

/** What a Client may leave to its Target. */
type OwnPolicy = { readonly [Key in keyof RotatePolicy]?: RotatePolicy[Key] | undefined };

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name);
}
