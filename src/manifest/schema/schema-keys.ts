import * as z from 'zod';
import type { Schemas } from './manifest.ts';
import type { Path } from '../types.ts';

/** The keys that the schema has at a path; empty where any key is allowed, or none. */
export function schemaKeysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let current: unknown = schema;
  for (const step of path) {
    current = enter(unwrap(current), step);
  }
  return Object.keys(shapeOf(current));
}

/** All keys of the manifest language. */
export interface ManifestKeys {
  readonly known: ReadonlySet<string>;
  /** Those that hold a credential. */
  readonly credentials: readonly string[];
  /** Values that are words of the language, such as `private_key_jwt`. */
  readonly words: ReadonlySet<string>;
}

/** The keys of all kinds of manifest, as their schemas have them. */
export function findKeys(schemas: Schemas): ManifestKeys {
  const known = new Set<string>();
  const credentials = new Set<string>();
  const words = new Set<string>();
  const visit = (schema: unknown): void => {
    const inner = unwrap(schema);
    if (inner instanceof z.ZodArray) visit(inner.element);
    if (inner instanceof z.ZodRecord) visit(inner.valueType);
    if (inner instanceof z.ZodUnion) inner.options.forEach(visit);
    if (inner instanceof z.ZodEnum) inner.options.forEach((word) => words.add(String(word)));
    if (inner instanceof z.ZodLiteral) inner.values.forEach((word) => words.add(String(word)));
    for (const [key, value] of Object.entries(shapeOf(schema))) {
      known.add(key);
      if (isCredential(value)) credentials.add(key);
      visit(value);
    }
  };
  Object.values(schemas).forEach(visit);
  return { known, credentials: [...credentials], words };
}

/** Whether a field holds a credential: its schema says that it is only ever written. */
function isCredential(schema: unknown): boolean {
  const inner = unwrap(schema);
  return inner instanceof z.ZodType && inner.meta()?.['writeOnly'] === true;
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodUnion) return Object.assign({}, ...inner.options.map(shapeOf));
  return inner instanceof z.ZodObject ? inner.shape : {};
}

function enter(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodUnion) {
    return schema.options.map((option) => enter(unwrap(option), step)).find((inner) => inner !== undefined);
  }
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
