import { z } from 'zod';
import type { AnswerHeaders } from '../../platform/send.ts';
import type { DocumentData } from '../document.ts';
import { fromPairs } from '../mark.ts';
import type { MarkPairs } from '../mark.ts';
import type { StoreEntry } from '../store.ts';

/** The bodies of Vault's answers, as far as grantry reads them. */
export const bodies = {
  list: z.object({ data: z.object({ keys: z.array(z.string()) }) }),
  metadata: z.object({
    data: z.object({
      current_version: z.number().int(),
      custom_metadata: z.record(z.string(), z.string()).nullish(),
      versions: z.record(z.string(), z.object({ deletion_time: z.string(), destroyed: z.boolean() })),
    }),
  }),
  data: z.object({
    data: z.object({
      data: z.record(z.string(), z.unknown()).nullable(),
      metadata: z.object({ version: z.number().int() }),
    }),
  }),
  written: z.object({ data: z.object({ version: z.number().int(), deletion_time: z.string() }) }),
  mount: z.object({
    data: z.object({ type: z.string(), options: z.object({ version: z.string().optional() }).nullish() }),
  }),
};

/** `GET metadata/…`, in grantry's words. */
export interface PathMetadata {
  readonly pairs: MarkPairs;
  readonly currentVersion: number;
  /** RFC 3339; undefined when the current version is not, and will not be, deleted. */
  readonly deletedAt: string | undefined;
  readonly destroyed: boolean;
}

/** `GET data/…`, in grantry's words; no data: the latest version was deleted. */
export interface PathData {
  readonly version: number;
  readonly data: DocumentData | undefined;
}

export function toMetadata({ data }: z.infer<typeof bodies.metadata>): PathMetadata {
  const latest = data.versions[String(data.current_version)];
  return {
    pairs: data.custom_metadata ?? {},
    currentVersion: data.current_version,
    deletedAt: latest === undefined || latest.deletion_time === '' ? undefined : latest.deletion_time,
    destroyed: latest === undefined || latest.destroyed,
  };
}

export function toPathData({ data }: z.infer<typeof bodies.data>): PathData {
  return { version: data.metadata.version, data: data.data ?? undefined };
}

/** Milliseconds since the epoch, whole seconds, by the clock of the server; undefined when the answer does not tell. */
export function toServerTime(headers: AnswerHeaders): number | undefined {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** A deletion time may lie ahead (delete_version_after); `now` is in milliseconds since the epoch. */
export function toEntry(metadata: PathMetadata, now: number): StoreEntry {
  const deleted = metadata.deletedAt !== undefined && Date.parse(metadata.deletedAt) <= now;
  return {
    mark: fromPairs(metadata.pairs),
    version: metadata.currentVersion,
    readable: metadata.currentVersion > 0 && !metadata.destroyed && !deleted,
  };
}
