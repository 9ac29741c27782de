import { addToGroup } from '../../model/values/groups.ts';
import { liesIn } from '../../model/secrets/credential-path.ts';
import { chosen } from '../backends.ts';
import type { Backends, StorePlace } from '../backends.ts';
import { nameOfPlace, pathInside, placeOfStore } from '../resolve/places.ts';
import { viewTarget } from '../resolve/view-target.ts';
import type { TargetSpec } from '../schema/target.ts';
import type { Problem, TargetManifest } from '../types.ts';
import { problemAtCredentialPath, credentialPathOf } from './credential-paths.ts';
import { placeOf, problemIn } from './rule.ts';
import type { World } from './world.ts';

/** A Target with where it is and where it delivers to. */
interface Placed {
  readonly target: TargetManifest;
  readonly stack: string;
  readonly home: Home;
  readonly place: StorePlace;
  /** One text for one document, of those that `sharing` compares. */
  readonly fullPath: (path: string) => string;
  /** Targets with the same can deliver to the same place. */
  readonly sharing: string;
}

/** A realm or a tenant. */
interface Home {
  readonly noun: string;
  readonly name: string;
}

function homeOf({ provider }: TargetSpec, { providers }: Backends): Home {
  const { backend, spec } = chosen(providers, provider);
  return { noun: backend.home.noun, name: JSON.stringify([backend.kind, backend.home.name(spec)]) };
}

/** Where one path can be written in more than one way it may lead anywhere in the root. */
function sharingOf(
  { store }: TargetSpec,
  place: StorePlace,
  { stores }: Backends,
): Pick<Placed, 'fullPath' | 'sharing'> {
  const { backend, spec } = chosen(stores, store);
  return {
    fullPath: (path) => backend.fullPath?.(spec, path) ?? path,
    sharing: backend.fullPath === undefined ? nameOfPlace(place) : place.root,
  };
}

/**
 * One realm and stack has one store: with two, a credential rotated into the one would stay stale in the other.
 * And no two realms deliver a Client to the same place, where each would overwrite the other's credential.
 */
export function* checkStorePlaces(world: World): Iterable<Problem> {
  const { backends } = world.language;
  const targets = world.targets.flatMap((target): Placed[] => {
    const { spec } = target;
    if (spec === undefined) return [];
    const place = placeOfStore(spec, backends);
    return [{ target, stack: spec.stack, home: homeOf(spec, backends), place, ...sharingOf(spec, place, backends) }];
  });
  const byOwner = new Map<string, Placed>();
  const byStore = new Map<string, Placed[]>();
  for (const placed of targets) {
    const { target, home, stack, place, sharing } = placed;
    const owner = JSON.stringify([home.name, stack]);
    const other = byOwner.get(owner);
    if (other !== undefined && nameOfPlace(other.place) !== nameOfPlace(place)) {
      const { name } = other.target;
      const message = `Target ${name} (${placeOf(other.target)}) names the same ${home.noun} and stack with another store`;
      yield problemIn(target, { rule: 'two-stores', message, path: ['spec', 'store'], part: 'key' });
    }
    byOwner.set(owner, other ?? placed);
    addToGroup(byStore, sharing, placed);
  }
  for (const sharing of byStore.values()) {
    yield* checkSharing(sharing, world);
  }
  for (const target of targets) {
    yield* checkReach(target, targets, world);
    yield* checkFormer(target, targets, world);
  }
}

/** What lies in the store of a Target is in use: only a store that none has any more is left. */
function* checkFormer({ target }: Placed, targets: readonly Placed[], { language }: World): Iterable<Problem> {
  const { formerStore } = target.spec ?? {};
  if (formerStore === undefined) return;
  const left = nameOfPlace(placeOfStore({ store: formerStore }, language.backends));
  const user = targets.find(({ place }) => nameOfPlace(place) === left);
  if (user === undefined) return;
  const message = `the former store is the store of Target ${user.target.name} (${placeOf(user.target)}), where documents are in use`;
  yield problemIn(target, { rule: 'former-store-in-use', message, path: ['spec', 'formerStore'], part: 'key' });
}

/** A prefix may lie inside of another's; what lies there is that other Target's, and no path of a Client leads into it. */
function* checkReach({ target, place, fullPath }: Placed, targets: readonly Placed[], world: World): Iterable<Problem> {
  const inside = targets.flatMap((other) => {
    const folder = other.target === target ? undefined : pathInside(other.place, place);
    return folder === undefined ? [] : [{ other: other.target, folder }];
  });
  if (inside.length === 0) return;
  const view = viewTarget(target, { ...world, apis: [] });
  for (const client of view.clients) {
    const path = credentialPathOf(client);
    const reached = inside.find(({ folder }) => liesIn(fullPath(path), folder));
    if (reached === undefined) continue;
    const { name } = reached.other;
    const message = `the credential path "${path}" of Target ${target.name} leads into the place of Target ${name} (${placeOf(reached.other)}): choose another`;
    yield problemAtCredentialPath(view, client, 'reaches-target', message);
  }
}

function* checkSharing(targets: readonly Placed[], world: World): Iterable<Problem> {
  const owners = new Map<string, Placed & { readonly client: string }>();
  const reported = new Set<string>();
  for (const placed of targets.length > 1 ? targets : []) {
    const { target, home, place, fullPath } = placed;
    for (const client of viewTarget(target, { ...world, apis: [] }).clients) {
      const path = fullPath(credentialPathOf(client));
      const other = owners.get(path);
      if (other === undefined) {
        owners.set(path, { ...placed, client: client.manifest.name });
      } else if (other.home.name !== home.name && !reported.has(target.name)) {
        reported.add(target.name);
        const message =
          `Target ${other.target.name} (${placeOf(other.target)}) delivers to the same store: the credential of Client ` +
          `${other.client} would overwrite that of the other ${home.noun} at "${path}"; give each Target a ${place.key} of its own`;
        yield problemIn(target, { rule: 'shared-store', message, path: ['spec', 'store'], part: 'key' });
      }
    }
  }
}
