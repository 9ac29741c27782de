/** Holds request bodies to a schema, and words what is wrong as Auth0 does. */
import type { z } from 'zod';
import { invalidBody } from './errors.ts';
import { isJsonObject, textOf } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';

/** The body, when the schema takes it; else throws Auth0's 400 with the first thing wrong. */
export function validBody(schema: z.ZodType, body: Json | undefined): JsonObject {
  if (!isJsonObject(body)) throw invalidBody(payloadError(`Expected type object but found type ${typeName(body)}`, []));
  const { error } = schema.safeParse(body);
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return body;
  throw invalidBody(payloadError(wording(issue, at(body, issue.path)), issue.path));
}

function payloadError(reason: string, path: readonly PropertyKey[]): string {
  // The real API adds the property's description; where its schema has none it leaves the placeholder, as here.
  const where = path.length === 0 ? '' : ` on property ${path.map(String).join('.')} ({description})`;
  return `Payload validation error: '${reason}'${where}.`;
}

function wording(issue: z.core.$ZodIssue, value: Json | undefined): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `Additional properties not allowed: ${issue.keys.join(',')}`;
    case 'invalid_type':
      return value === undefined
        ? `Missing required property: ${String(issue.path.at(-1))}`
        : `Expected type ${issue.expected === 'int' ? 'integer' : issue.expected} but found type ${typeName(value)}`;
    case 'invalid_value':
      return value === undefined
        ? `Missing required property: ${String(issue.path.at(-1))}`
        : `No enum match for: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    case 'too_small':
      return tooSmall(issue, value);
    case 'too_big':
      return tooBig(issue, value);
    case 'invalid_format':
      return issue.format === 'regex'
        ? `String does not match pattern ${String(issue.pattern).replaceAll(/^\/|\/$/g, '')}: ${textOf(value)}`
        : `Object didn't pass validation for format ${issue.format}: ${textOf(value)}`;
    case 'invalid_union':
      return 'None of the valid schemas were met';
    case 'custom':
      return issue.message;
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return issue.message;
    default: {
      const unknown: never = issue;
      throw new Error(`no wording for ${JSON.stringify(unknown)}`);
    }
  }
}

function tooSmall({ origin, minimum }: z.core.$ZodIssueTooSmall, value: Json | undefined): string {
  if (origin === 'string') return `String is too short (${textOf(value).length} chars), minimum ${minimum}`;
  if (origin === 'array') return `Array is too short (${Array.isArray(value) ? value.length : 0}), minimum ${minimum}`;
  return `Value ${textOf(value)} is less than minimum ${minimum}`;
}

function tooBig({ origin, maximum }: z.core.$ZodIssueTooBig, value: Json | undefined): string {
  if (origin === 'string') return `String is too long (${textOf(value).length} chars), maximum ${maximum}`;
  if (origin === 'array') return `Array is too long (${Array.isArray(value) ? value.length : 0}), maximum ${maximum}`;
  return `Value ${textOf(value)} is greater than maximum ${maximum}`;
}

function typeName(value: Json | undefined): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

function at(body: Json, path: readonly PropertyKey[]): Json | undefined {
  let value: Json | undefined = body;
  for (const key of path) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isJsonObject(value) ? value[String(key)] : undefined;
  }
  return value;
}
