import { Secret } from './secret.ts';

/** What a backend logs in with: settings without nested ones. */
export type Login = Readonly<Record<string, string | Secret>>;

/**
 * Whether a token of one login is as good for the other. To the letter, and from the same variables, for errors name these:
 * what may be the same or not is not.
 */
export function isSameLogin(one: Login, other: Login): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => isSameValue(one[key], other[key]));
}

function isSameValue(one: string | Secret | undefined, other: string | Secret | undefined): boolean {
  if (one instanceof Secret && other instanceof Secret) return one.equals(other) && one.origin === other.origin;
  return one === other && one !== undefined;
}
