import * as z from 'zod';
import type { Path } from './types.ts';

/** The keys that the schema has at a path; empty where any key is allowed, or none. */
export function schemaKeysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let current: unknown = schema;
  for (const step of path) {
    current = enter(unwrap(current), step);
  }
  const inner = unwrap(current);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

function enter(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodObject) {
    return schema.shape[step];
  }
  if (schema instanceof z.ZodArray) {
    return schema.element;
  }
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** What a value must be, without the wrappers that say whether it must be there. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}
