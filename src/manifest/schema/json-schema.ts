import * as z from 'zod';
import { manifestSchema } from './manifest.ts';

/** The JSON Schema (2020-12) of one manifest document, as it is written: what editors complete and check. */
export function makeJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema, { io: 'input' });
  return {
    $schema,
    title: 'grantry manifest',
    description: 'An Api, a Client or a Target.',
    ...schema,
  };
}
