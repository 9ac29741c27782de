import { ENV_PATTERN } from './schema/parts.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${env:NAME}` in every text of a value. Names that are not set, or empty, are added to `missing`,
 * and their texts stay as they are.
 */
export function substituteEnv<T>(value: T, env: Environment, missing: Set<string>): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only texts change, and they stay texts
  return substitute(value, env, missing) as T;
}

function substitute(value: unknown, env: Environment, missing: Set<string>): unknown {
  if (typeof value === 'string') {
    return value.replace(ENV_PATTERN, (whole, name: string) => {
      const replacement = env[name] ?? '';
      if (replacement === '') {
        missing.add(name);
        return whole;
      }
      return replacement;
    });
  }
  if (Array.isArray(value)) {
    return value.map((item) => substitute(item, env, missing));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, env, missing)]));
  }
  return value;
}
