import picomatch from 'picomatch';
import type { DesiredApi, DesiredClient, DesiredState, RotatePolicy } from '../../model/desired.ts';
import { inOrder } from '../../model/in-order.ts';
import { GrantryError } from '../../model/errors.ts';
import { overlapsOf } from '../../model/rotation.ts';
import { pathInside } from './places.ts';
import { resolveTarget } from './resolve-target.ts';
import type { Surroundings } from './resolve-target.ts';
import type { ApiSpec } from '../schema/api.ts';
import type { ClientSpec } from '../schema/client.ts';
import { findNearest } from '../suggest.ts';
import { viewTarget } from './target-view.ts';
import type { TargetView } from './target-view.ts';
import type { ApiManifest, ClientManifest, Manifests, TargetManifest } from '../types.ts';
import { compareText } from '../values.ts';

/**
 * What the manifests ask for in each target that one of the selectors (names or globs) selects, in the order of
 * the targets' names. The manifests must be free of errors. Throws INVALID_INPUT for a selector that selects nothing
 * and for environment variables that are not set, HOST_NOT_ALLOWED for a server that may not be sent credentials.
 */
export function resolveTargets(
  manifests: Pick<Manifests, 'apis' | 'clients' | 'targets'>,
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
    const otherPlaces = manifests.targets.flatMap((other) =>
      other.spec === undefined || other === manifest ? [] : (pathInside(other.spec, spec) ?? []),
    );
    const target = { ...resolveTarget({ ...manifest, spec }, surroundings), otherPlaces };
    const objects = resolveObjects(viewTarget(manifest, manifests.apis, manifests.clients), target.rotate);
    return { target, ...objects, overlaps: target.provider.kind === 'keycloak' ? overlapsOf(objects.clients) : [] };
  });
}

/** The objects of a target with their defaults; those that are not valid are left out. */
export function resolveObjects(view: TargetView, rotate: RotatePolicy): Pick<DesiredState, 'apis' | 'clients'> {
  return {
    apis: view.apis
      .flatMap(({ manifest, spec }) => (spec === undefined ? [] : [toApi(manifest, spec)]))
      .toSorted(byName),
    clients: view.clients
      .flatMap(({ manifest, spec }) => (spec === undefined ? [] : [toClient(manifest, spec, rotate)]))
      .toSorted(byName),
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
    introspectedBy: spec.introspectedBy,
    managed: spec.managed,
    scopes: Object.entries(spec.scopes)
      .map(([name, description]) => ({ name, description }))
      .toSorted(byName),
    position,
  };
}

function toClient(manifest: ClientManifest, spec: ClientSpec, rotate: RotatePolicy): DesiredClient {
  const { name, owner, description, labels, position } = manifest;
  const roles = spec.keycloak?.serviceAccountRoles;
  const own = spec.credential?.rotate;
  return {
    name,
    clientId: spec.clientId ?? name,
    owner,
    description,
    labels,
    access: spec.access
      .map(({ api, scopes, onRequest }) => ({ api, scopes: inOrder(scopes), onRequest: inOrder(onRequest) }))
      .toSorted((a, b) => compareText(a.api, b.api)),
    auth: spec.auth,
    credential: {
      path: spec.credential?.path ?? name,
      rotate: own === undefined ? rotate : { ...rotate, ...withoutUndefined(own) },
    },
    keycloak: {
      serviceAccountRoles:
        roles === undefined ? NO_ROLES : { realm: inOrder(roles.realm), clients: sortedLists(roles.clients) },
      attributes: spec.keycloak?.attributes ?? NO_ATTRIBUTES,
    },
    auth0: { metadata: spec.auth0?.metadata ?? NO_METADATA },
    position,
  };
}

/** Of nearly all clients. */
const NO_ROLES = { realm: [], clients: {} };
const NO_ATTRIBUTES = {};
const NO_METADATA = {};

/** A list of nothing says as much as none. */
function sortedLists(lists: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(lists)
      .filter(([, names]) => names.length > 0)
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([key, names]) => [key, inOrder(names)]),
  );
}

function withoutUndefined(policy: { every?: number | undefined; overlap?: number | undefined }): Partial<RotatePolicy> {
  return {
    ...(policy.every === undefined ? {} : { every: policy.every }),
    ...(policy.overlap === undefined ? {} : { overlap: policy.overlap }),
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareText(a.name, b.name);
}
