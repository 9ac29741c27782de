import { chosen } from './backends.ts';
import type { Language } from './language.ts';
import { withoutVariables } from './resolve/environment.ts';
import type { TargetView } from './resolve/target-view.ts';
import { viewTarget } from './resolve/view-target.ts';
import { checkAccess } from './rules/access.ts';
import { checkAudiences } from './rules/audiences.ts';
import { checkClientIds } from './rules/client-ids.ts';
import { checkCredentialPaths } from './rules/credential-paths.ts';
import { checkLiteralSecrets } from './rules/literal-secrets.ts';
import { checkOverrides } from './rules/overrides.ts';
import { createReferenceRule } from './rules/references.ts';
import { checkRotation } from './rules/rotation.ts';
import type { TargetRule } from './rules/rule.ts';
import { checkScopeCollisions } from './rules/scope-collisions.ts';
import { checkStorePlaces } from './rules/store-places.ts';
import { checkSubstitutions } from './rules/substitutions.ts';
import { checkTargetNames } from './rules/target-names.ts';
import { checkSecureUrls, checkSettings } from './rules/target-settings.ts';
import { checkUniqueNames } from './rules/unique-names.ts';
import type { ManifestRule, World, WorldRule } from './rules/world.ts';
import type { Manifest, Problem } from './types.ts';

/** Rules on one document, by its kind. */
const OWN_RULES: Readonly<Record<Manifest['kind'], readonly ManifestRule[]>> = {
  Api: [checkLiteralSecrets, checkOverrides, checkSubstitutions],
  Client: [checkLiteralSecrets, checkOverrides, checkSubstitutions],
  Target: [checkLiteralSecrets, checkSecureUrls, checkSettings],
};

const WORLD_RULES: readonly WorldRule[] = [checkUniqueNames, checkTargetNames, checkStorePlaces];

const TARGET_RULES: readonly TargetRule[] = [
  checkAccess,
  checkAudiences,
  checkClientIds,
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
export function checkManifest(manifest: Manifest, language: Language): Problem[] {
  const problems: Problem[] = [];
  for (const rule of OWN_RULES[manifest.kind]) for (const problem of rule(manifest, language)) problems.push(problem);
  return problems;
}

function* findProblems(world: World): Iterable<Iterable<Problem>> {
  const { targets } = world;
  for (const rule of WORLD_RULES) {
    yield rule(world);
  }
  const rules = [...TARGET_RULES, createReferenceRule(world)];
  // Without a Target everything is checked once as if it were in the same one.
  for (const target of targets.length === 0 ? [undefined] : targets) {
    const view = viewTarget(target, world);
    for (const rule of rules) {
      yield rule(view);
    }
    yield* checkByProvider(view, world.language);
  }
}

/** What the target's provider says; every provider, where no Target is declared. */
function* checkByProvider(view: TargetView, { backends }: Language): Iterable<Iterable<Problem>> {
  const { target } = view;
  if (target === undefined) {
    for (const provider of backends.providers) {
      yield provider.checkView({ ...view, settings: undefined, locate: (path) => path });
    }
  } else if (target.spec !== undefined) {
    const provider = chosen(backends.providers, target.spec.provider);
    const store = chosen(backends.stores, target.spec.store);
    const known = withoutVariables(store.spec);
    const locate = (path: string): string => store.backend.locate(known, path);
    yield provider.backend.checkView({ ...view, settings: provider.spec, locate });
  }
}
