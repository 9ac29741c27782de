import type * as z from 'zod';
import type { Path } from './types.ts';

/** The keys that the schema has at a path; empty where any key is allowed, or none. */
export function schemaKeysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let current: z.core.$ZodType | undefined = schema;
  for (const step of path) {
    current = current === undefined ? undefined : enter(current, step);
  }
  const def = current === undefined ? undefined : unwrap(current);
  return def?.type === 'object' ? Object.keys(def.shape) : [];
}

function enter(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  const def = unwrap(schema);
  switch (def.type) {
    case 'object':
      return def.shape[step];
    case 'array':
      return def.element;
    case 'record':
      return def.valueType;
    default:
      return undefined;
  }
}

type Def = z.core.$ZodTypes['_zod']['def'];

/** What a value must be, without the wrappers that say whether it must be there. */
function unwrap(schema: z.core.$ZodType): Def {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
    case 'nullable':
      return unwrap(def.innerType);
    case 'pipe':
      return unwrap(def.in);
    default:
      return def;
  }
}
