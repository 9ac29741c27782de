/** The shape of a JSON value: the recursive set of its keys and types. Values do not matter, nor how long a list is. */
import { isJsonObject } from '../../demo/auth0/emulator/json.ts';
import type { Json } from '../../demo/auth0/emulator/json.ts';

/** A text that is equal for values of the same shape. `cut` are paths of lists of which only the types of elements count. */
export function shapeOf(value: Json, cut: ReadonlySet<string> = new Set(), path = ''): string {
  if (Array.isArray(value)) {
    const elements = cut.has(path) ? value.map(typeName) : value.map((item) => shapeOf(item, cut, path));
    return `[${[...new Set(elements)].toSorted().join('|')}]`;
  }
  if (!isJsonObject(value)) return typeName(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${key}:${shapeOf(value[key] ?? null, cut, join(path, key))}`).join(',')}}`;
}

/** Where two shapes part, for people: the keys and types that only one of them has. */
export function shapeDifferences(expected: Json, actual: Json, path = ''): string[] {
  if (isJsonObject(expected) && isJsonObject(actual)) {
    return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((key) => {
      const [left, right] = [expected[key], actual[key]];
      const at = join(path, key);
      if (left === undefined) return [`${at}: only the emulator answers it`];
      if (right === undefined) return [`${at}: missing (${shapeOf(left)})`];
      return shapeDifferences(left, right, at);
    });
  }
  const [left, right] = [shapeOf(expected), shapeOf(actual)];
  return left === right ? [] : [`${path}: ${left} was recorded, the emulator answers ${right}`];
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
