import { describePlaceProblem } from '../../model/secrets/credential-path.ts';
import { chosen } from '../backends.ts';
import type { Backends } from '../backends.ts';
import type { InTarget, TargetView } from '../resolve/target-view.ts';
import type { ClientManifest, Problem } from '../types.ts';
import { placeOf, problemIn, problemInView } from './rule.ts';
import type { TargetRule } from './rule.ts';
import type { World } from './world.ts';

/** Every Client has a place of its own in the store, and none lies inside of another's. */
export function createCredentialPathRule({ language }: Pick<World, 'language'>): TargetRule {
  return (view) => checkCredentialPaths(view, fullPathsIn(view, language.backends));
}

/** One text for one document of the target's store. */
function fullPathsIn({ target }: TargetView, { stores }: Backends): (path: string) => string {
  if (target?.spec === undefined) return (path) => path;
  const { backend, spec } = chosen(stores, target.spec.store);
  return (path) => backend.fullPath?.(spec, path) ?? path;
}

function* checkCredentialPaths(view: TargetView, fullPath: (path: string) => string): Iterable<Problem> {
  const owners = new Map<string, ClientManifest>();
  for (const client of view.clients) {
    if (client.spec === undefined) {
      continue;
    }
    const written = credentialPathOf(client);
    const path = fullPath(written);
    const problem = describePlaceProblem(written);
    const other = owners.get(path);
    if (problem !== undefined) {
      yield problemAtCredentialPath(
        view,
        client,
        'bad-credential-path',
        `this is no path for a credential: ${problem}`,
      );
    } else if (other !== undefined && other.name !== client.manifest.name) {
      const message = `Client ${other.name} has the credential path "${path}" too (${placeOf(other)})`;
      yield problemAtCredentialPath(view, client, 'duplicate-credential-path', message);
    }
    owners.set(path, other ?? client.manifest);
    if (client.spec.credential?.path !== undefined && !client.spec.credential.deliver) {
      const message = 'with credential.deliver: false nothing is delivered to this path: take one of the two out';
      yield problemAtCredentialPath(view, client, 'undelivered-path', message);
    }
  }
  yield* checkNesting(view, owners, fullPath);
}

function* checkNesting(
  view: TargetView,
  owners: ReadonlyMap<string, ClientManifest>,
  fullPath: (path: string) => string,
): Iterable<Problem> {
  for (const client of view.clients) {
    const path = client.spec === undefined ? '' : fullPath(credentialPathOf(client));
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const outer = owners.get(path.slice(0, slash));
      if (outer !== undefined && outer.name !== client.manifest.name) {
        const message = `the credential path "${path}" lies inside of that of Client ${outer.name} (${placeOf(outer)})`;
        yield problemAtCredentialPath(view, client, 'nested-credential-path', message);
      }
    }
  }
}

/** Where a Client's credential is delivered, inside the target's prefix. */
export function credentialPathOf({ manifest, spec }: InTarget<ClientManifest>): string {
  return spec?.credential?.path ?? manifest.name;
}

/** A problem with where the credential goes, which may be by default. */
export function problemAtCredentialPath(
  view: TargetView,
  client: InTarget<ClientManifest>,
  rule: string,
  message: string,
): Problem {
  return client.spec?.credential?.path === undefined
    ? problemIn(client.manifest, {
        rule,
        message: `${message} (spec.credential.path is the name, by default)`,
        path: ['metadata', 'name'],
      })
    : problemInView(view, client, { rule, message, path: ['credential', 'path'] });
}
