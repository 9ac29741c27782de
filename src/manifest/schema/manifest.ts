import * as z from 'zod';
import { apiSpecSchema } from './api.ts';
import { clientSpecSchema } from './client.ts';
import { metadataSchema } from './parts.ts';
import { targetSpecSchema } from './target.ts';

/** The version of the manifest language. */
export const API_VERSION = 'grantry/v1';

const version = z.literal(API_VERSION).meta({ description: 'The version of the manifest language.' });

/** An Api document. */
export const apiSchema = z.strictObject({
  apiVersion: version,
  kind: z.literal('Api'),
  metadata: metadataSchema,
  spec: apiSpecSchema,
});

/** A Client document; a Client without a spec has no access, and defaults for the rest. */
export const clientSchema = z.strictObject({
  apiVersion: version,
  kind: z.literal('Client'),
  metadata: metadataSchema,
  spec: clientSpecSchema.prefault({}),
});

/** A Target document. */
export const targetSchema = z.strictObject({
  apiVersion: version,
  kind: z.literal('Target'),
  metadata: metadataSchema,
  spec: targetSpecSchema,
});

/** The schema of each kind. */
export const SCHEMAS = { Api: apiSchema, Client: clientSchema, Target: targetSchema } as const;

/** The kinds of manifest. */
export type ManifestKind = keyof typeof SCHEMAS;

/** Every manifest, for the JSON Schema. */
export const manifestSchema = z.discriminatedUnion('kind', [apiSchema, clientSchema, targetSchema]);
