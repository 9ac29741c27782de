import { z } from 'zod';
import { checkDelivery } from '../../../model/delivery-mark.ts';
import type { Delivery, ForeignPart } from '../../../model/state.ts';

/** Keys of client_metadata under which grantry's marks lie: at most ten keys, of values of at most 255 characters. */
export const MARK = {
  stack: 'grantry_stack',
  /** metadata.name, a blank, and how often the secret is rotated, in seconds. */
  name: 'grantry_name',
  owner: 'grantry_owner',
  /** `disabled`; absent: enabled. Auth0 has no such switch: it says why an application has no grants. */
  state: 'grantry_state',
  /** JSON. */
  labels: 'grantry_labels',
  /** Which keys of metadata were declared when the application was last applied: JSON. */
  declared: 'grantry_declared',
  /**
   * Digest of the facts, since when the secret is there, a blank, and the path: `DIGEST@SECONDS PATH`. Of a key its own time:
   * `DIGEST=SECONDS PATH`.
   */
  delivered: 'grantry_delivered',
  place: 'grantry_place',
  /** Which credentials are keys that grantry made: key-marks.ts. */
  keys: 'grantry_keys',
  prefix: 'grantry_',
} as const;

export type Metadata = Readonly<Record<string, string>>;

/** `what`, when it carries the mark of another stack or none. */
export function foreignPart(metadata: Metadata, stack: string, what: string): ForeignPart[] {
  const marked = metadata[MARK.stack];
  return marked === stack ? [] : [{ what, stack: marked === '' ? undefined : marked }];
}

export function deliveryToMetadata({ at, place, path, facts, since }: Delivery): Record<string, string> {
  const time = at === null ? (since === undefined ? '' : `@${since}`) : `=${at}`;
  return { [MARK.delivered]: `${facts}${time} ${path}`, [MARK.place]: place };
}

/** A mark that cannot be read counts as none: the credential is then delivered again, which loses nothing. */
export function parseDelivery(metadata: Metadata): Delivery | undefined {
  const [, facts, at, since, path] = /^([^\s@=]+)(?:=(\d+)|@(\d+))? (.+)$/.exec(metadata[MARK.delivered] ?? '') ?? [];
  const place = metadata[MARK.place];
  if (facts === undefined || path === undefined || place === undefined) return undefined;
  const age = since === undefined ? {} : { since: Number(since) };
  // Auth0 does not say when a secret was made.
  return checkDelivery({ at: at === undefined ? null : Number(at), place, path, facts, ...age });
}

export function formatName(name: string, rotateEvery: number | null): string {
  return rotateEvery === null ? name : `${name} ${rotateEvery}`;
}

/** Of an application that was last written before the second was noted there is the name alone. */
export function parseName(metadata: Metadata): { readonly name?: string; readonly rotateEvery?: number } {
  const [, name, seconds] = /^(.*?)(?: (\d{1,10}))?$/s.exec(metadata[MARK.name] ?? '') ?? [];
  return {
    ...(name === undefined || name === '' ? {} : { name }),
    ...(seconds === undefined ? {} : { rotateEvery: Number(seconds) }),
  };
}

const labelsSchema = z.record(z.string(), z.string());
const namesSchema = z.array(z.string());

/** What of these marks is there and cannot be read: each with what follows from that. */
export function unreadableMarks(metadata: Metadata): string[] {
  const isDelivered = metadata[MARK.delivered] !== undefined || metadata[MARK.place] !== undefined;
  const found = [
    ...(isDelivered && parseDelivery(metadata) === undefined
      ? [[MARK.delivered, 'where its credential was delivered is not known'] as const]
      : []),
    ...(isUnreadable(metadata[MARK.labels], labelsSchema) ? [[MARK.labels, 'its labels are not known'] as const] : []),
    ...(isUnreadable(metadata[MARK.declared], namesSchema)
      ? [[MARK.declared, 'what was declared before and is no longer is left as it is'] as const]
      : []),
  ];
  return found.map(([key, so]) => `its metadata ${key} cannot be read, so ${so}`);
}

function isUnreadable<T>(text: string | undefined, schema: z.ZodType<T>): boolean {
  return text !== undefined && parseJson(text, schema) === undefined;
}

export function parseLabels(metadata: Metadata): Record<string, string> {
  return parseJson(metadata[MARK.labels], labelsSchema) ?? {};
}

export function parseDeclared(metadata: Metadata): string[] {
  return parseJson(metadata[MARK.declared], namesSchema) ?? [];
}

function parseJson<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
