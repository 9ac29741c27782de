/** The way from a document's root to a value in it. */
export type Path = readonly (string | number)[];

/** Whether a value is a map. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') {
      value = value[step];
    } else if (isObject(value) && Object.hasOwn(value, step)) {
      value = value[step];
    } else {
      return undefined;
    }
  }
  return value;
}

/** Whether one of two paths leads to, or into, what the other leads to. */
export function overlaps(a: Path, b: Path): boolean {
  return a.every((step, index) => index >= b.length || step === b[index]);
}

/** A comparison of texts that is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
