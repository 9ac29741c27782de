import { z } from 'zod';
import type { DocumentData } from '../document.ts';
import { fromPairs } from '../mark.ts';
import type { MarkPairs } from '../mark.ts';
import type { StoreEntry, StoreLimits } from '../store.ts';

const metadataData = z.object({
  current_version: z.number().int(),
  max_versions: z.number().int().optional(),
  delete_version_after: z.string().optional(),
  custom_metadata: z.record(z.string(), z.string()).nullish(),
  versions: z.record(z.string(), z.object({ deletion_time: z.string(), destroyed: z.boolean() })),
});

/** The bodies of the server's answers, as far as grantry reads them. */
export const bodies = {
  list: z.object({ data: z.object({ keys: z.array(z.string()) }), warnings: z.array(z.string()).nullish() }),
  /** Of nothing, `data` is empty. The name of a folder ends in a slash; nothing else is known of it. */
  detailed: z.object({
    data: z.object({
      key_info: z.record(z.string(), metadataData.or(z.strictObject({}).transform(() => undefined))).default({}),
    }),
  }),
  metadata: z.object({ data: metadataData }),
  data: z.object({
    data: z.object({
      data: z.record(z.string(), z.unknown()).nullable(),
      metadata: z.object({ version: z.number().int() }),
    }),
  }),
  config: z.object({
    data: z.object({
      max_versions: z.number().int().optional(),
      delete_version_after: z.string().optional(),
      metadata_cas_required: z.boolean().optional(),
    }),
  }),
  written: z.object({ data: z.object({ version: z.number().int(), deletion_time: z.string() }) }),
  mount: z.object({
    mount_type: z.string().optional(),
    data: z.object({
      type: z.string(),
      path: z.string().optional(),
      running_plugin_version: z.string().optional(),
      options: z.object({ version: z.string().optional() }).nullish(),
    }),
  }),
};

/** `GET metadata/…`, in grantry's words. */
export interface PathMetadata {
  readonly pairs: MarkPairs;
  readonly currentVersion: number;
  /** RFC 3339; undefined when the current version is not, and will not be, deleted. */
  readonly deletedAt: string | undefined;
  readonly destroyed: boolean;
  readonly lifetime: Lifetime;
}

/** How long Vault keeps versions: settings of a place, or of the mount for places that have none of their own. */
export interface Lifetime {
  /** Undefined: for ever. */
  readonly deletesAfter: string | undefined;
  /** Undefined: as many as by default. */
  readonly maxVersions: number | undefined;
}

/** The settings of a mount. */
export interface MountConfig extends Lifetime {
  /** OpenBao alone: who writes metadata must say which version of them it has seen. */
  readonly marksNeedVersion: boolean;
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
    lifetime: toLifetime(data),
  };
}

/** The places of a listing with all that is known of them, folders left out. */
export function toListed({ data }: z.infer<typeof bodies.detailed>): ReadonlyMap<string, PathMetadata> {
  const places = Object.entries(data.key_info);
  return new Map(places.flatMap(([name, info]) => (info === undefined ? [] : [[name, toMetadata({ data: info })]])));
}

/** Whether a listing names the place: also where it has a mark and no document yet. */
export function isListed(metadata: PathMetadata, { includeDeleted }: ListOptions, now: number): boolean {
  return includeDeleted || metadata.currentVersion === 0 || toEntry(metadata, now, '').readable;
}

/** What a listing is asked for. */
export interface ListOptions {
  /** Also places whose latest version was deleted. */
  readonly includeDeleted: boolean;
}

export function toLifetime({
  delete_version_after: after = '',
  max_versions: most = 0,
}: Pick<z.infer<typeof bodies.config>['data'], 'delete_version_after' | 'max_versions'>): Lifetime {
  // `0s`, with an `m` and an `h` before it or not, sets no limit; one below zero takes that of the mount away.
  const isLimit = !after.startsWith('-') && /[1-9]/.test(after);
  return { deletesAfter: isLimit ? after : undefined, maxVersions: most === 0 ? undefined : most };
}

export function toConfig(data: z.infer<typeof bodies.config>['data']): MountConfig {
  return { ...toLifetime(data), marksNeedVersion: data.metadata_cas_required === true };
}

export function toPathData({ data }: z.infer<typeof bodies.data>): PathData {
  return { version: data.metadata.version, data: data.data ?? undefined };
}

/** Milliseconds since the epoch, whole seconds, by the clock of the server; undefined when the answer has none. */
export function toServerTime(headers: Headers): number | undefined {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** In the store's words; `hint`: how the limit on the life of versions is taken away. */
export function toLimits({ deletesAfter, maxVersions }: Lifetime, hint: string): StoreLimits {
  return {
    ...(deletesAfter === undefined ? {} : { vanishing: { after: deletesAfter, hint } }),
    ...(maxVersions === undefined ? {} : { keepsVersions: maxVersions }),
  };
}

/** A deletion time may lie ahead (delete_version_after); `now` is in milliseconds since the epoch. */
export function toEntry(metadata: PathMetadata, now: number, hint: string): StoreEntry {
  const { deletedAt } = metadata;
  const deleted = deletedAt !== undefined && Date.parse(deletedAt) <= now;
  const limits = toLimits(metadata.lifetime, hint);
  return {
    mark: fromPairs(metadata.pairs),
    version: metadata.currentVersion,
    readable: metadata.currentVersion > 0 && !metadata.destroyed && !deleted,
    ...(deletedAt === undefined || deleted ? {} : { vanishesAt: deletedAt }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}
