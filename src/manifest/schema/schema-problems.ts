import type * as z from 'zod';
import { isSecretKey } from './credential-keys.ts';
import { formatPath } from '../path.ts';
import { schemaKeysAt } from './schema-keys.ts';
import { metadataSchema } from './parts.ts';
import type { ManifestKind } from './manifest.ts';
import { CREDENTIAL_ERROR } from './settings.ts';
import type { Language } from '../language.ts';
import { findNearest } from '../suggest.ts';
import type { Path, Problem, RawDocument } from '../types.ts';
import { valueAt } from '../values.ts';

type Issue = z.core.$ZodIssue;

const NO_CREDENTIALS =
  'looks like a credential, and none is ever written into a manifest: the server makes it, and apply delivers it to the store';

/** What the schema refused, in words of ours: its own would quote values. */
export function wordIssues(
  document: RawDocument,
  kind: ManifestKind,
  written: readonly Issue[],
  language: Language,
): Problem[] {
  const issues = written.flatMap((issue) => withoutUnion(issue));
  const own = kind === 'Target' || issues.some((issue) => speaksOfCredential(issue, language)) ? 'hide' : 'show';
  const context: Context = { document, kind, own, language };
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? wordUnknownKeys(issue, context) : [],
  );
  // A misspelt key is one mistake, not an unknown key and a missing one.
  const meant = new Set(unknown.flatMap((found) => found.meant));
  const rest = issues.flatMap((issue) => {
    const missing = isMissing(issue, document.value);
    const consequence = (missing || issue.code === 'custom') && meant.has(keyOf(issue.path));
    return issue.code === 'unrecognized_keys' || consequence
      ? []
      : [missing ? wordMissing(issue, context) : wordValue(issue, context)];
  });
  return [...unknown.map((found) => found.problem), ...rest];
}

/** Of a value that may be one of several: what is wrong with it as the one that it comes closest to. */
function withoutUnion(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => withoutUnion(inner)));
  // One that is wrong as a whole was not meant, and texts are one choice together.
  const close = branches.filter((branch) => branch.every(({ path, code }) => path.length > 0 || code === KEYS));
  const meant = close.find((branch) => branch.every(({ path }) => path.length > 0)) ?? close[0];
  const words = branches.flatMap((branch) => branch.flatMap((inner) => (isChoice(inner) ? inner.values : [])));
  const choice: Issue = { code: 'invalid_value', values: words, path: [], message: '', input: undefined };
  const chosen = meant ?? (words.length > 0 ? [choice] : (branches[0] ?? []));
  return chosen.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const KEYS = 'unrecognized_keys';

function isChoice(issue: Issue): issue is z.core.$ZodIssueInvalidValue {
  return issue.code === 'invalid_value' && issue.path.length === 0;
}

interface Context {
  readonly document: RawDocument;
  readonly kind: ManifestKind;
  /** Whether keys that are not ours may be quoted: beside a credential in the wrong place they may be part of it. */
  readonly own: 'show' | 'hide';
  readonly language: Language;
}

function speaksOfCredential(issue: Issue, { keys: manifestKeys }: Language): boolean {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path.at(-1) ?? '')];
  return keys.some((key) => isSecretKey(key, manifestKeys));
}

/** The path of an issue; symbols do not occur in what YAML can say. */
export function pathOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `${String(step)}\u0000`).join('');
}

function isMissing(issue: Issue, root: unknown): boolean {
  return (
    (issue.code === 'invalid_type' || issue.code === 'invalid_value') && valueAt(root, pathOf(issue)) === undefined
  );
}

function problemAt(context: Context, rule: string, message: string, path: Path, part: 'key' | 'value'): Problem {
  const { file, document } = context.document;
  return { severity: 'error', rule, message, place: { file, document, path, part } };
}

interface UnknownKey {
  readonly problem: Problem;
  /** Path of the key that was meant, and of the maps that it belongs to. */
  readonly meant: readonly string[];
}

function wordUnknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, context: Context): UnknownKey[] {
  const parent = pathOf(issue);
  const valid = schemaKeysAt(context.language.schemas[context.kind], parent);
  return issue.keys.map((key) => {
    const path = [...parent, key];
    const renamed = renamedTo(context, path);
    if (renamed !== undefined) {
      const message = `${path.join('.')} is called ${[...parent, renamed].join('.')}: rename the key`;
      return { problem: problemAt(context, 'renamed-key', message, path, 'key'), meant: keysTo([...parent, renamed]) };
    }
    const suggestion = findNearest(key, valid);
    const secret = context.kind !== 'Target' && isSecretKey(key, context.language.keys) && suggestion === undefined;
    const named = isShowable(key, path, suggestion, context) || (secret && /^[A-Za-z_-]+$/.test(key));
    const quoted = named ? ` "${key}"` : '';
    const where = parent.length === 0 ? '' : ` in ${formatPath(parent, context.own, context.language.keys)}`;
    if (secret) {
      return {
        problem: problemAt(context, 'misplaced-credential', `the key${quoted}${where} ${NO_CREDENTIALS}`, path, 'key'),
        meant: [],
      };
    }
    const hint = suggestion === undefined ? wordValidKeys(key, parent, valid) : '';
    const problem = problemAt(context, 'unknown-key', `unknown key${quoted}${where}${hint}`, path, 'key');
    return {
      problem: { ...problem, suggestion },
      meant: suggestion === undefined ? [] : keysTo([...parent, suggestion]),
    };
  });
}

/** Of a path and of every map that it leads through. */
function keysTo(path: Path): string[] {
  return [...path, ''].map((_step, index) => keyOf(path.slice(0, index)));
}

/** Keys of the language that had another name once. */
const RENAMED: Readonly<Partial<Record<ManifestKind, Readonly<Record<string, string>>>>> = {
  Client: { 'spec.secret': 'credential' },
  Target: { 'spec.secrets': 'store' },
};

/** What the key is called today. A text in its place may be a credential: that is said instead. */
function renamedTo({ kind, document }: Context, path: Path): string | undefined {
  const renamed = RENAMED[kind]?.[path.join('.')];
  return typeof valueAt(document.value, path) === 'object' ? renamed : undefined;
}

function wordValidKeys(key: string, parent: Path, valid: readonly string[]): string {
  if (parent.join() === 'spec' && Object.hasOwn(metadataSchema.shape, key)) {
    return '; it belongs into metadata';
  }
  return valid.length > 0 ? `; there are ${valid.join(', ')}` : '';
}

/** A key that stands in the wrong place may be a credential itself, as in `auth: {hunter2}`. */
function isShowable(key: string, path: Path, suggestion: string | undefined, context: Context): boolean {
  if (context.language.keys.known.has(key)) {
    return true;
  }
  const lone = valueAt(context.document.value, path) === null;
  const guarded = context.own === 'hide' || path.includes('credential') || lone;
  return /^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(key) && (!guarded || suggestion !== undefined);
}

function wordMissing(issue: Issue, context: Context): Problem {
  const path = pathOf(issue);
  const hint = path.at(-1) === 'apiVersion' ? ': write "apiVersion: grantry/v1"' : '';
  return problemAt(
    context,
    'missing-key',
    `${formatPath(path, context.own, context.language.keys)} is missing${hint}`,
    path.slice(0, -1),
    'key',
  );
}

function wordValue(issue: Issue, context: Context): Problem {
  const path = pathOf(issue);
  const label = path.length === 0 ? 'the document' : formatPath(path, context.own, context.language.keys);
  const value = valueAt(context.document.value, path);
  if (isLiteralSecret(path, value, context)) {
    return problemAt(context, 'misplaced-credential', `${label} ${NO_CREDENTIALS}`, path, 'value');
  }
  if (issue.code === 'invalid_key') {
    const inner = issue.issues[0]?.message ?? 'is not valid';
    return problemAt(context, 'bad-name', `the name of ${label} ${inner}`, path, 'key');
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const suggestion = typeof value === 'string' && values.length > 1 ? findNearest(value, values) : undefined;
    return { ...problemAt(context, 'bad-value', `${label} must be ${values.join(' or ')}`, path, 'value'), suggestion };
  }
  const rule = issue.message === CREDENTIAL_ERROR ? 'literal-secret' : 'bad-value';
  const message = issue.message.startsWith(ZOD_MESSAGE) ? wordIssue(issue, value) : issue.message;
  return problemAt(context, rule, `${label} ${message}`, path, 'value');
}

/** What a schema has no words for. */
function wordIssue(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_type') return wordType(issue.expected, value);
  return issue.code === 'invalid_union' ? 'is not valid' : issue.message;
}

function isLiteralSecret(path: Path, value: unknown, context: Context): boolean {
  return (
    context.kind !== 'Target' &&
    isSecretKey(String(path.at(-1)), context.language.keys) &&
    (typeof value === 'string' || typeof value === 'number')
  );
}

/** How the library words what no schema has words for. */
const ZOD_MESSAGE = 'Invalid input';

const TYPES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};

function wordType(expected: string, value: unknown): string {
  const wanted = TYPES[expected] ?? expected;
  if (value === null) {
    return `has no value: it must be ${wanted}`;
  }
  if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `must be text: put the ${typeof value === 'number' ? 'number' : 'word'} in quotes`;
  }
  const found = Array.isArray(value) ? 'a list' : (TYPES[typeof value] ?? typeof value);
  return `must be ${wanted}, not ${found}`;
}
