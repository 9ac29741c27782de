import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DocumentData } from '../document.ts';
import { fromPairs } from '../mark.ts';
import type { MarkPairs } from '../mark.ts';
import type { StoreEntry, StoreMark } from '../store.ts';

const metadataSchema = z.object({
  name: z.string(),
  resourceVersion: z.string(),
  annotations: z.record(z.string(), z.string()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  deletionTimestamp: z.string().nullish(),
  managedFields: z.array(z.object({ fieldsV1: z.record(z.string(), z.unknown()).nullish() })).nullish(),
});

/** The bodies of answers, as far as grantry reads them. */
export const bodies = {
  metadata: z.object({ kind: z.literal('PartialObjectMetadata'), metadata: metadataSchema }),
  list: z.object({
    kind: z.literal('PartialObjectMetadataList'),
    metadata: z.object({ continue: z.string().nullish() }),
    items: z.array(z.object({ metadata: metadataSchema })).nullable(),
  }),
  secret: z.object({
    kind: z.literal('Secret'),
    metadata: metadataSchema,
    data: z.record(z.string(), z.string()).nullish(),
    immutable: z.boolean().nullish(),
  }),
  namespace: z.object({ kind: z.literal('Namespace'), status: z.object({ phase: z.string().optional() }).optional() }),
};

/** What is known of a Secret without its values. */
export interface SecretMetadata {
  readonly name: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What grantry noted, with the keys that every store has. */
  readonly pairs: MarkPairs;
  /** How often grantry wrote its document; 1 for a document of somebody else. */
  readonly version: number;
  /** There is a document in it, whoever wrote that. */
  readonly hasData: boolean;
  /** ISO 8601: it is going to be deleted, once its finalizers allow. */
  readonly deletedAt: string | undefined;
}

export interface SecretContent extends SecretMetadata {
  /** A value that is no text in UTF-8 is left as it is. */
  readonly data: DocumentData;
  readonly immutable: boolean;
}

/** Annotations and labels of grantry's own begin so; others are somebody else's. */
const PREFIX = 'grantry/';
const VERSION = `${PREFIX}version`;
const PAIR = 'grantry_';

export const MANAGED_BY = { key: 'app.kubernetes.io/managed-by', value: 'grantry' };

export function toMetadata({ metadata }: { readonly metadata: z.infer<typeof metadataSchema> }): SecretMetadata {
  return { ...plainMetadata(metadata), ...contentOf(metadata, hasDataFields(metadata)) };
}

export function toContent({ metadata, data, immutable }: z.infer<typeof bodies.secret>): SecretContent {
  const values = data ?? {};
  return {
    ...plainMetadata(metadata),
    ...contentOf(metadata, Object.keys(values).length > 0),
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, decode(value)])),
    immutable: immutable === true,
  };
}

function plainMetadata({
  name,
  resourceVersion,
  labels,
  annotations,
  deletionTimestamp,
}: z.infer<typeof metadataSchema>) {
  const own = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith(PREFIX) && key !== VERSION);
  return {
    name,
    resourceVersion,
    labels: labels ?? {},
    pairs: Object.fromEntries(own.map(([key, value]) => [`${PAIR}${key.slice(PREFIX.length)}`, value])),
    deletedAt: deletionTimestamp ?? undefined,
  };
}

function contentOf({ annotations }: z.infer<typeof metadataSchema>, found: boolean | undefined) {
  const counter = annotations?.[VERSION] ?? '';
  const counted = /^[0-9]{1,15}$/.test(counter) ? Number(counter) : 0;
  const hasData = found ?? counted > 0;
  return { hasData, version: Math.max(counted, hasData ? 1 : 0) };
}

/**
 * Whether there is anything in `data`, which metadata alone shows: the server notes who set which field. Undefined where
 * somebody took these notes away.
 */
function hasDataFields({ managedFields }: z.infer<typeof metadataSchema>): boolean | undefined {
  if (!managedFields || managedFields.length === 0) return undefined;
  return managedFields.some(({ fieldsV1 }) => {
    const data = fieldsV1?.['f:data'];
    return typeof data === 'object' && data !== null && Object.keys(data).some((key) => key.startsWith('f:'));
  });
}

function decode(base64: string): string | Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

export function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

export function toEntry({ pairs, version, hasData, deletedAt }: SecretMetadata): StoreEntry {
  const entry = { mark: fromPairs(pairs), version, readable: hasData };
  return deletedAt === undefined ? entry : { ...entry, vanishesAt: deletedAt };
}

/** The annotations of pairs; null takes away what only `before` has. */
export function toAnnotations(pairs: MarkPairs, before: MarkPairs = {}): Readonly<Record<string, string | null>> {
  const gone = Object.keys(before).filter((key) => pairs[key] === undefined);
  const all = [...Object.entries(pairs), ...gone.map((key): [string, null] => [key, null])];
  return Object.fromEntries(all.map(([key, value]) => [`${PREFIX}${key.slice(PAIR.length)}`, value]));
}

export function versionAnnotation(version: number): Readonly<Record<string, string>> {
  return { [VERSION]: String(version) };
}

export function recordAnnotations(record: string, version: number): Readonly<Record<string, string>> {
  return { ...versionAnnotation(version), [`${PREFIX}record`]: record };
}

/** Labels to find Secrets by: `kubectl get secrets -l grantry/client=orders`. */
export function toLabels({ stack, client, state }: StoreMark): Readonly<Record<string, string>> {
  return {
    [MANAGED_BY.key]: MANAGED_BY.value,
    [`${PREFIX}stack`]: toLabelValue(stack),
    [`${PREFIX}client`]: toLabelValue(client),
    [`${PREFIX}state`]: state,
  };
}

/** The text, or its digest where a label cannot hold it; the annotation of that name has the text. */
function toLabelValue(text: string): string {
  const fits = text.length <= 63 && /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(text);
  return fits ? text : `sha256-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}
