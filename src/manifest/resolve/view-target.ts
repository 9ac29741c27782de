import type { Manifests } from '../manifests.ts';
import type { ApiManifest, ClientManifest, TargetManifest } from '../types.ts';
import { findOverride, patchSpec } from './target-view.ts';
import type { InTarget, TargetView } from './target-view.ts';

/** Selects what a target gets, and applies its overrides. */
export function viewTarget(
  target: TargetManifest | undefined,
  { apis, clients, language: { schemas } }: Pick<Manifests, 'apis' | 'clients' | 'language'>,
): TargetView {
  const name = target?.name;
  return {
    target,
    apis: apis.filter((api) => isIn(api, name)).map((api) => applyOverride(api, name, schemas.Api.shape.spec)),
    clients: clients
      .filter((client) => isIn(client, name))
      .map((client) => applyOverride(client, name, schemas.Client.shape.spec)),
  };
}

function isIn(manifest: ApiManifest | ClientManifest, target: string | undefined): boolean {
  const targets = manifest.spec?.targets;
  return target === undefined || targets === undefined || targets.includes(target);
}

interface SpecSchema<Spec> {
  safeParse(value: unknown): { success: true; data: Spec } | { success: false };
}

function applyOverride<M extends ApiManifest | ClientManifest>(
  manifest: M,
  target: string | undefined,
  schema: SpecSchema<NonNullable<M['spec']>>,
): InTarget<M> {
  const spec = manifest.spec as NonNullable<M['spec']> | undefined;
  const override = target === undefined ? undefined : findOverride(manifest, target);
  if (override === undefined || spec === undefined) {
    return { manifest, spec, override: undefined };
  }
  const result = schema.safeParse(patchSpec(manifest, override));
  return { manifest, spec: result.success ? result.data : undefined, override };
}
