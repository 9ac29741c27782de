import { addToGroup } from '../../model/groups.ts';
import { describePlaceProblem, liesIn } from '../../model/credential-path.ts';
import { pathInside, storeOf } from '../resolve/places.ts';
import { normaliseUrl } from '../schema/url.ts';
import type { TargetSpec } from '../schema/target.ts';
import { trimSlashes } from '../slashes.ts';
import { viewTarget } from '../resolve/target-view.ts';
import type { Manifest, Problem, TargetManifest } from '../types.ts';
import { placeOf, problemIn } from './rule.ts';
import type { World } from './rule.ts';
import { problemAtCredentialPath, credentialPathOf } from './credential-paths.ts';

type Valid = TargetManifest & { readonly spec: TargetSpec };

/** Mount and prefix of a store are paths like those of secrets. */
export function* checkStorePaths(manifest: Manifest): Iterable<Problem> {
  const vault = manifest.kind === 'Target' ? manifest.spec?.store.vault : undefined;
  for (const key of ['mount', 'prefix'] as const) {
    const path = trimSlashes(vault?.[key] ?? '');
    const problem = path === '' || path.includes('${env:') ? undefined : describePlaceProblem(path);
    if (problem !== undefined) {
      const message = `store.vault.${key} is no path: ${problem}`;
      yield problemIn(manifest, { rule: 'bad-store-path', message, path: ['spec', 'store', 'vault', key] });
    }
  }
}

/**
 * One realm and stack has one store: with two, a credential rotated into the one would stay stale in the other.
 * And no two realms deliver a Client to the same place, where each would overwrite the other's credential.
 */
export function* checkStorePlaces(world: World): Iterable<Problem> {
  const targets = world.targets.filter((target): target is Valid => target.spec !== undefined);
  const byOwner = new Map<string, Valid>();
  const byStore = new Map<string, Valid[]>();
  for (const target of targets) {
    const owner = JSON.stringify([realmOf(target.spec), target.spec.stack]);
    const other = byOwner.get(owner);
    if (other !== undefined && storeOf(other.spec) !== storeOf(target.spec)) {
      const message = `Target ${other.name} (${placeOf(other)}) names the same ${target.spec.provider.auth0 ? 'tenant' : 'realm'} and stack with another store`;
      yield problemIn(target, { rule: 'two-stores', message, path: ['spec', 'store'], part: 'key' });
    }
    byOwner.set(owner, other ?? target);
    addToGroup(byStore, storeOf(target.spec), target);
  }
  for (const sharing of byStore.values()) {
    yield* checkSharing(sharing, world);
  }
  for (const target of targets) yield* checkReach(target, targets, world);
}

/** A prefix may lie inside of another's; what lies there is that other Target's, and no path of a Client leads into it. */
function* checkReach(target: Valid, targets: readonly Valid[], { clients }: World): Iterable<Problem> {
  const inside = targets.flatMap((other) => {
    const folder = other === target ? undefined : pathInside(other.spec, target.spec);
    return folder === undefined ? [] : [{ other, folder }];
  });
  if (inside.length === 0) return;
  const view = viewTarget(target, [], clients);
  for (const client of view.clients) {
    const path = credentialPathOf(client);
    const reached = inside.find(({ folder }) => liesIn(path, folder));
    if (reached === undefined) continue;
    const { name } = reached.other;
    const message = `the credential path "${path}" of Target ${target.name} leads into the place of Target ${name} (${placeOf(reached.other)}): choose another`;
    yield problemAtCredentialPath(view, client, 'reaches-target', message);
  }
}

function* checkSharing(targets: readonly Valid[], { clients }: World): Iterable<Problem> {
  const owners = new Map<string, { target: Valid; client: string }>();
  const told = new Set<string>();
  for (const target of targets.length > 1 ? targets : []) {
    for (const client of viewTarget(target, [], clients).clients) {
      const path = credentialPathOf(client);
      const other = owners.get(path);
      if (other === undefined) {
        owners.set(path, { target, client: client.manifest.name });
      } else if (realmOf(other.target.spec) !== realmOf(target.spec) && !told.has(target.name)) {
        told.add(target.name);
        const message =
          `Target ${other.target.name} (${placeOf(other.target)}) delivers to the same store: the credential of Client ` +
          `${other.client} would overwrite that of the other realm at "${path}"; give each Target a ${target.spec.store.file === undefined ? 'prefix' : 'path'} of its own`;
        yield problemIn(target, { rule: 'shared-store', message, path: ['spec', 'store'], part: 'key' });
      }
    }
  }
}

function realmOf({ provider }: TargetSpec): string {
  const { keycloak, auth0 } = provider;
  return JSON.stringify(keycloak ? [normaliseUrl(keycloak.url), keycloak.realm] : auth0?.domain.toLowerCase());
}
