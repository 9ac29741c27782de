import { describePlaceProblem } from '../../model/secrets/credential-path.ts';
import type { InTarget, TargetView } from '../resolve/target-view.ts';
import type { ClientManifest, Problem } from '../types.ts';
import { placeOf, problemIn, problemInView } from './rule.ts';

/** Every Client has a place of its own in the store, and none lies inside of another's. */
export function* checkCredentialPaths(view: TargetView): Iterable<Problem> {
  const owners = new Map<string, ClientManifest>();
  for (const client of view.clients) {
    if (client.spec === undefined) {
      continue;
    }
    const path = credentialPathOf(client);
    const problem = describePlaceProblem(path);
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
  }
  yield* checkNesting(view, owners);
}

function* checkNesting(view: TargetView, owners: ReadonlyMap<string, ClientManifest>): Iterable<Problem> {
  for (const client of view.clients) {
    const path = client.spec === undefined ? '' : credentialPathOf(client);
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
