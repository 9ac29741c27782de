import { describePlaceProblem } from '../../model/secrets/credential-path.ts';
import { chosen } from '../backends.ts';
import { viewTarget } from '../resolve/view-target.ts';
import type { Problem } from '../types.ts';
import { credentialPathOf, problemAtCredentialPath } from './credential-paths.ts';
import type { World } from './world.ts';

/** A path must be one that the Target's store can keep a document at. */
export function* checkStorePaths(world: World): Iterable<Problem> {
  const { stores } = world.language.backends;
  for (const target of world.targets) {
    if (target.spec === undefined) continue;
    const { backend, spec } = chosen(stores, target.spec.store);
    if (backend.pathProblem === undefined) continue;
    const view = viewTarget(target, { ...world, apis: [] });
    for (const client of view.clients) {
      if (client.spec === undefined) continue;
      const path = credentialPathOf(client);
      const problem = describePlaceProblem(path) === undefined ? backend.pathProblem(path, spec) : undefined;
      if (problem === undefined) continue;
      const message = `the store of Target ${target.name} (${backend.label}) has no place at "${path}": ${problem}`;
      yield problemAtCredentialPath(view, client, 'bad-credential-path', message);
    }
  }
}
