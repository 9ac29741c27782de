import type { Backends } from './backends.ts';
import { makeSchemas } from './schema/manifest.ts';
import type { Schemas } from './schema/manifest.ts';
import { findKeys } from './schema/schema-keys.ts';
import type { ManifestKeys } from './schema/schema-keys.ts';

/** What manifests can say: it follows from the backends that they may name. */
export interface Language {
  readonly backends: Backends;
  readonly schemas: Schemas;
  readonly keys: ManifestKeys;
}

/** The manifest language with these backends. */
export function makeLanguage(backends: Backends): Language {
  const schemas = makeSchemas(backends);
  return { backends, schemas, keys: findKeys(schemas) };
}
