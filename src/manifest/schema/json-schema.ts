import * as z from 'zod';
import { unionOf } from './manifest.ts';
import type { Schemas } from './manifest.ts';

/** The JSON Schema (2020-12) of one manifest document, as it is written: what editors complete and check. */
export function makeJsonSchema(schemas: Schemas): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(unionOf(schemas), { io: 'input' });
  return {
    $schema,
    title: 'grantry manifest',
    description: 'An Api, a Client or a Target.',
    ...schema,
  };
}
