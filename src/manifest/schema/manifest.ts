import * as z from 'zod';
import { apiSpecSchema } from './api.ts';
import { makeClientSpecSchema } from './client.ts';
import { metadataSchema } from './parts.ts';
import type { SchemaParts } from './settings.ts';
import { makeTargetSpecSchema } from './target.ts';

/** The version of the manifest language. */
const API_VERSION = 'grantry/v1';

const version = z.literal(API_VERSION).meta({ description: 'The version of the manifest language.' });

/** The schema of each kind of document. */
export function makeSchemas(parts: SchemaParts) {
  return {
    Api: z.strictObject({
      apiVersion: version,
      kind: z.literal('Api'),
      metadata: metadataSchema,
      spec: apiSpecSchema,
    }),
    // A Client without a spec has no access, and defaults for the rest.
    Client: z.strictObject({
      apiVersion: version,
      kind: z.literal('Client'),
      metadata: metadataSchema,
      spec: makeClientSpecSchema(parts.providers).prefault({}),
    }),
    Target: z.strictObject({
      apiVersion: version,
      kind: z.literal('Target'),
      metadata: metadataSchema,
      spec: makeTargetSpecSchema(parts),
    }),
  };
}

export type Schemas = ReturnType<typeof makeSchemas>;

/** The kinds of manifest. */
export type ManifestKind = keyof Schemas;

/** Every manifest, for the JSON Schema. */
export function unionOf({ Api, Client, Target }: Schemas) {
  return z.discriminatedUnion('kind', [Api, Client, Target]);
}
