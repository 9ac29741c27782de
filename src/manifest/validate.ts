import { chosen } from './backends.ts';
import type { Language } from './language.ts';
import { withoutVariables } from './resolve/environment.ts';
import type { TargetView } from './resolve/target-view.ts';
import { viewTarget } from './resolve/view-target.ts';
import { MANIFEST_RULES, TARGET_RULES, WORLD_RULES } from './rules/index.ts';
import { createCredentialPathRule } from './rules/credential-paths.ts';
import { createEndDateRule } from './rules/end-dates.ts';
import { createReferenceRule } from './rules/references.ts';
import type { World } from './rules/world.ts';
import type { Manifest, Problem } from './types.ts';

/** Checks manifests against each other. Linear in the number of manifests, for each target. */
export function checkManifests(world: World): Problem[] {
  const problems: Problem[] = [];
  for (const found of findProblems(world)) for (const problem of found) problems.push(problem);
  return problems;
}

/** Checks what the schema of a document cannot say, and one document alone can. */
export function checkManifest(manifest: Manifest, language: Language): Problem[] {
  const problems: Problem[] = [];
  for (const rule of MANIFEST_RULES[manifest.kind])
    for (const problem of rule(manifest, language)) problems.push(problem);
  return problems;
}

function* findProblems(world: World): Iterable<Iterable<Problem>> {
  const { targets } = world;
  for (const rule of WORLD_RULES) {
    yield rule(world);
  }
  const rules = [
    ...TARGET_RULES,
    createCredentialPathRule(world),
    createReferenceRule(world),
    createEndDateRule(world.today),
  ];
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
