import { ENV_PATTERN } from '../schema/parts.ts';

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

/** What is known of a value without the environment: `${env:NAME}` is left out. */
export function withoutVariables(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(ENV_PATTERN, '');
  if (Array.isArray(value)) return value.map(withoutVariables);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutVariables(item)]));
}

/** The variables that a text refers to as `${env:NAME}`, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(ENV_PATTERN)].flatMap(([, name]) => (name === undefined ? [] : [name])))];
}

/** A text that holds a control character once the environment is in it. */
export interface ControlCharacter {
  /** Such as `provider.KIND.auth.clientSecret`. */
  readonly field: string;
  /** The variables that the text refers to. */
  readonly variables: readonly string[];
  /** It is nothing but a line break at the end. */
  readonly onlyAtEnd: boolean;
}

const CONTROL = /\p{Cc}/u;

/** The first text in a value, as it is with `${env:NAME}` replaced, that holds a control character and may not. */
export function findControlCharacter(
  value: unknown,
  env: Environment,
  may: ReadonlySet<string>,
  field = '',
): ControlCharacter | undefined {
  if (typeof value === 'string') {
    const text = substituteEnv(value, env, new Set());
    if (!CONTROL.test(text) || may.has(field)) return undefined;
    return { field, variables: variablesIn(value), onlyAtEnd: !CONTROL.test(text.replace(/[\r\n]+$/, '')) };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const found = findControlCharacter(member, env, may, field === '' ? key : `${field}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
