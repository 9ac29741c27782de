import { checkAccess } from './access.ts';
import { checkAudiences } from './audiences.ts';
import { checkClientIds } from './client-ids.ts';
import { checkIntrospectors } from './introspectors.ts';
import { checkIssuers } from './issuers.ts';
import { checkLiteralSecrets } from './literal-secrets.ts';
import { checkOverrides } from './overrides.ts';
import { checkRotation } from './rotation.ts';
import { checkStorePaths } from './store-paths.ts';
import { checkStorePlaces } from './store-places.ts';
import { checkSubstitutions } from './substitutions.ts';
import { checkTargetNames } from './target-names.ts';
import { checkSecureUrls, checkSettings } from './target-settings.ts';
import { checkUniqueNames } from './unique-names.ts';
import type { TargetRule } from './rule.ts';
import type { ManifestRule, WorldRule } from './world.ts';
import type { Manifest } from '../types.ts';

/** Rules on one document, by its kind. */
export const MANIFEST_RULES: Readonly<Record<Manifest['kind'], readonly ManifestRule[]>> = {
  Api: [checkLiteralSecrets, checkOverrides, checkSubstitutions],
  Client: [checkLiteralSecrets, checkOverrides, checkSubstitutions],
  Target: [checkLiteralSecrets, checkSecureUrls, checkSettings],
};

/** Rules on all documents together. */
export const WORLD_RULES: readonly WorldRule[] = [
  checkUniqueNames,
  checkTargetNames,
  checkIssuers,
  checkStorePlaces,
  checkStorePaths,
];

/** Rules on what one target gets. A rule of one provider is part of that provider's description. */
export const TARGET_RULES: readonly TargetRule[] = [
  checkAccess,
  checkAudiences,
  checkClientIds,
  checkIntrospectors,
  checkRotation,
];
