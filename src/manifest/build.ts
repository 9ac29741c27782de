import type * as z from 'zod';
import { pathOf, wordIssues } from './schema/schema-problems.ts';
import type { Language } from './language.ts';
import type { ManifestKind, Schemas } from './schema/manifest.ts';
import { CREDENTIAL_ERROR } from './schema/settings.ts';
import { findNearest } from './suggest.ts';
import type { Manifest, Path, Problem, RawDocument } from './types.ts';
import { isObject, valueAt } from './values.ts';

const KINDS: readonly ManifestKind[] = ['Api', 'Client', 'Target'];

const KINDS_IN_WORDS = 'Api, Client or Target';

/** Beyond this many mistakes in one document nothing is concluded from it. */
const MAX_REFUSED = 100;

/** Rounds of leaving out what is wrong, to find out what else is. */
const MAX_ROUNDS = 4;

/** Holds a document against the schema of its kind. Without a kind or a name there is nothing to refer to. */
export function buildManifest(
  document: RawDocument,
  language: Language,
): { manifest: Manifest | undefined; problems: readonly Problem[] } {
  const kind = readKind(document);
  if (typeof kind !== 'string') {
    return { manifest: undefined, problems: document.broken ? [] : [kind] };
  }
  if (document.broken) {
    // What is missing from it may stand in the part that could not be read.
    return { manifest: toManifest(document, kind, undefined, [[]]), problems: [] };
  }
  const first = language.schemas[kind].safeParse(document.value);
  if (first.success) {
    return { manifest: toManifest(document, kind, first.data, []), problems: [] };
  }
  const { parsed, refused, problems } = salvage(document, kind, first.error.issues, language);
  return { manifest: toManifest(document, kind, parsed, refused), problems };
}

function readKind(document: RawDocument): ManifestKind | Problem {
  const { file, value } = document;
  const place = { file, document: document.document };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = `a manifest must be a map with apiVersion, kind, metadata and spec, not ${Array.isArray(value) ? 'a list' : 'a single value'}`;
    return { severity: 'error', rule: 'bad-value', message, place: { ...place, path: [], part: 'value' } };
  }
  const kind = valueAt(value, ['kind']);
  const known = KINDS.find((candidate) => candidate === kind);
  if (known !== undefined) {
    return known;
  }
  if (kind === undefined) {
    const message = `kind is missing: it must be ${KINDS_IN_WORDS}`;
    return { severity: 'error', rule: 'missing-key', message, place: { ...place, path: [], part: 'value' } };
  }
  const suggestion = typeof kind === 'string' ? findNearest(kind, KINDS) : undefined;
  const message = `kind must be ${KINDS_IN_WORDS}`;
  return {
    severity: 'error',
    rule: 'bad-value',
    message,
    suggestion,
    place: { ...place, path: ['kind'], part: 'value' },
  };
}

type Parsed = z.output<Schemas[ManifestKind]>;

/**
 * Finds everything that is wrong, not only what the schema sees first: leaves out what it refused and tries again.
 * What is left lets the rules look at the rest of the document.
 */
function salvage(document: RawDocument, kind: ManifestKind, issues: readonly z.core.$ZodIssue[], language: Language) {
  const all = new Map<string, z.core.$ZodIssue>();
  const value: unknown = structuredClone(document.value);
  const removed: Path[] = [];
  // Their paths and those of all that they were part of.
  const touched = new Set<string>();
  let current = issues;
  let parsed: Parsed | undefined;
  for (let round = 0; round < MAX_ROUNDS && current.length > 0; round++) {
    for (const issue of current) {
      all.set(`${joinPath(issue.path)} ${issue.code} ${issue.message}`, issue);
      for (const path of leaveOut(value, issue)) {
        removed.push(path);
        path.forEach((_step, index) => touched.add(joinPath(path.slice(0, index))));
        touched.add(joinPath(path));
      }
    }
    const again = language.schemas[kind].safeParse(value);
    parsed = again.success ? again.data : undefined;
    current = again.success ? [] : again.error.issues.filter((issue) => !touched.has(joinPath(issue.path)));
  }
  return {
    parsed,
    refused: removed.length > MAX_REFUSED ? [[]] : removed,
    problems: wordIssues(document, kind, [...all.values()], language),
  };
}

function joinPath(path: readonly PropertyKey[]): string {
  return path.map((step) => `${String(step)}\u0000`).join('');
}

function leaveOut(root: unknown, issue: z.core.$ZodIssue): readonly Path[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    issue.keys.forEach((key) => replace(root, [...path, key], undefined));
    return issue.keys.map((key) => [...path, key]);
  }
  // To take an item out of a list would move the others, and with them the places that findings name.
  const inList = path.findIndex((step) => typeof step === 'number');
  const left = inList === -1 ? path : path.slice(0, inList);
  // A literal credential is a mistake of its own: all the rest of the Target can still be checked.
  replace(root, left, issue.message === CREDENTIAL_ERROR ? '${env:LEFT_OUT}' : undefined);
  return [left];
}

function replace(root: unknown, path: Path, value: string | undefined): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof parent !== 'object' || parent === null || key === undefined) {
    return;
  }
  if (value === undefined) {
    Reflect.deleteProperty(parent, key);
  } else {
    Reflect.set(parent, key, value);
  }
}

function toManifest(
  document: RawDocument,
  kind: ManifestKind,
  parsed: Parsed | undefined,
  refused: readonly Path[],
): Manifest | undefined {
  const name = parsed?.metadata.name ?? valueAt(document.value, ['metadata', 'name']);
  if (typeof name !== 'string') {
    return undefined;
  }
  const raw = valueAt(document.value, ['spec']);
  const base = { document, name, metadata: parsed?.metadata, raw: isObject(raw) ? raw : {}, refused };
  if (kind === 'Api') return assemble(kind, parsed?.kind === kind ? parsed.spec : undefined, base);
  if (kind === 'Client') return assemble(kind, parsed?.kind === kind ? parsed.spec : undefined, base);
  return assemble(kind, parsed?.kind === kind ? parsed.spec : undefined, base);
}

interface Base extends Pick<Manifest, 'name' | 'raw' | 'refused'> {
  readonly document: RawDocument;
  readonly metadata: Parsed['metadata'] | undefined;
}

/** Written out at once: to spread a base into one of three literals takes longer than all the rest. */
function assemble<Kind extends ManifestKind, Spec>(kind: Kind, spec: Spec, base: Base) {
  const { document, name, metadata, raw, refused } = base;
  return {
    kind,
    file: document.file,
    document: document.document,
    position: document.position,
    name,
    owner: metadata?.owner ?? '',
    description: metadata?.description ?? '',
    labels: metadata?.labels ?? {},
    raw,
    refused,
    spec,
  };
}
