import { checkAccess } from './rules/access.ts';
import { checkAudiences } from './rules/audiences.ts';
import { checkAuth0Limits } from './rules/auth0-limits.ts';
import { checkAuth0Scopes } from './rules/auth0-scopes.ts';
import { checkClientIds } from './rules/client-ids.ts';
import { checkKeycloakLimits } from './rules/keycloak-limits.ts';
import { checkKeycloakScopes } from './rules/keycloak-scopes.ts';
import { checkLiteralSecrets } from './rules/literal-secrets.ts';
import { checkOverrides } from './rules/overrides.ts';
import { createReferenceRule } from './rules/references.ts';
import { checkRotation } from './rules/rotation.ts';
import type { ManifestRule, TargetRule, World, WorldRule } from './rules/rule.ts';
import { checkScopeCollisions } from './rules/scope-collisions.ts';
import { checkCredentialPaths } from './rules/credential-paths.ts';
import { checkSecureUrls } from './rules/secure-urls.ts';
import { checkStorePaths, checkStorePlaces } from './rules/store-places.ts';
import { checkSubstitutions } from './rules/substitutions.ts';
import { checkTargetNames } from './rules/target-names.ts';
import { checkUniqueNames } from './rules/unique-names.ts';
import { viewTarget } from './resolve/target-view.ts';
import type { Manifest, Problem } from './types.ts';

/** Rules on one document, by its kind. */
const OWN_RULES: Readonly<Record<Manifest['kind'], readonly ManifestRule[]>> = {
  Api: [checkLiteralSecrets, checkOverrides, checkSubstitutions],
  Client: [checkLiteralSecrets, checkOverrides, checkSubstitutions],
  Target: [checkLiteralSecrets, checkSecureUrls, checkStorePaths],
};

const WORLD_RULES: readonly WorldRule[] = [checkUniqueNames, checkTargetNames, checkStorePlaces];

const TARGET_RULES: readonly TargetRule[] = [
  checkAccess,
  checkAudiences,
  checkAuth0Limits,
  checkAuth0Scopes,
  checkClientIds,
  checkKeycloakLimits,
  checkKeycloakScopes,
  checkRotation,
  checkScopeCollisions,
  checkCredentialPaths,
];

/** Checks manifests against each other. Linear in the number of manifests, for each target. */
export function checkManifests(world: World): Problem[] {
  const problems: Problem[] = [];
  for (const found of findProblems(world)) for (const problem of found) problems.push(problem);
  return problems;
}

/** Checks what the schema of a document cannot say, and one document alone can. */
export function checkManifest(manifest: Manifest): Problem[] {
  const problems: Problem[] = [];
  for (const rule of OWN_RULES[manifest.kind]) for (const problem of rule(manifest)) problems.push(problem);
  return problems;
}

function* findProblems(world: World): Iterable<Iterable<Problem>> {
  const { apis, clients, targets } = world;
  for (const rule of WORLD_RULES) {
    yield rule(world);
  }
  const rules = [...TARGET_RULES, createReferenceRule(world)];
  // Without a Target everything is checked once as if it were in the same one.
  for (const target of targets.length === 0 ? [undefined] : targets) {
    const view = viewTarget(target, apis, clients);
    for (const rule of rules) {
      yield rule(view);
    }
  }
}
