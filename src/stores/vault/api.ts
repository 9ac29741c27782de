import type { z } from 'zod';
import type { VaultSettings } from './settings.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { DocumentData } from '../document.ts';
import type { MarkPairs } from '../mark.ts';
import { bodies, toConfig, toListed, toMetadata, toPathData, toServerTime } from './convert.ts';
import type { MountConfig, PathData, PathMetadata } from './convert.ts';
import { ignoredParameter, isAbsent, isCasMismatch, saysInvalidToken, unexpectedBody, vaultError } from './errors.ts';
import type { Attempted } from './errors.ts';
import { mountError, toMount } from './mount.ts';
import type { Mount } from './mount.ts';
import type { Server } from './product.ts';
import type { VaultSession } from './session.ts';
import type { VaultCall } from './transport.ts';

/** How a write ended: `lost` when the latest version was not the expected one. */
export type Written =
  | {
      readonly kind: 'done';
      readonly version: number;
      /** When the server is going to delete what was just written; empty: never. */
      readonly deletedAt: string;
      /** The server's clock, in milliseconds since the epoch; undefined when it does not say. */
      readonly now: number | undefined;
    }
  | { readonly kind: 'lost' };

/** The calls of KV version 2 that grantry needs. Paths are below the mount, prefix included. */
export class KvApi {
  readonly #server: Server;
  readonly #mount: string;
  readonly #send: VaultSession;
  /** Of a token that no login gave. */
  readonly #tokenOrigin: string;

  constructor(settings: VaultSettings, send: VaultSession) {
    this.#server = settings;
    this.#mount = settings.mount;
    this.#tokenOrigin = settings.auth.kind === 'token' ? settings.auth.token.origin : '';
    this.#send = send;
  }

  /**
   * Refuses a mount that is not KV version 2: on version 1 every place would look empty, and a write would end up
   * at a path called `data/…`. Any token that may see anything in the mount may ask this.
   */
  async checkMount(): Promise<void> {
    const error = mountError(await this.lookAtMount(), this.#server, this.#mount, this.#tokenOrigin);
    if (error !== undefined) throw error;
  }

  async lookAtMount(): Promise<Mount> {
    const path = `sys/internal/ui/mounts/${this.#mount}`;
    const response = await this.#send({ method: 'GET', path });
    if (response.status === 403 && !saysInvalidToken(response)) return { kind: 'hidden' };
    return toMount(this.#expect(bodies.mount, response, path, 'read'), this.#server, this.#mount);
  }

  /** The limits of the mount; undefined where the token may not read them. */
  async readConfig(): Promise<MountConfig | undefined> {
    const path = `${this.#mount}/config`;
    const response = await this.#send({ method: 'GET', path });
    if (response.status === 403 && !saysInvalidToken(response)) return undefined;
    return toConfig(this.#expect(bodies.config, response, path, 'read').data);
  }

  /** Names in a folder; folders end in a slash. */
  async list(folder: string, options: { readonly includeDeleted: boolean }): Promise<readonly string[]> {
    const path = this.#path('metadata', folder);
    const query = options.includeDeleted ? 'list=true' : 'list=true&exclude_deleted=true';
    const response = await this.#send({ method: 'GET', path, query });
    if (isAbsent(response)) return [];
    const { data, warnings } = this.#expect(bodies.list, response, `${path}/`, 'list');
    if (!options.includeDeleted && warnings?.some((warning) => warning.includes('exclude_deleted')) === true) {
      throw ignoredParameter('exclude_deleted', this.#attempted(`${path}/`, ['list']));
    }
    return data.keys;
  }

  /**
   * What lies in a folder, or in it and in all below it (`scan`), with all that is known of each: OpenBao only. Undefined
   * where the login may not do that.
   */
  async listDetailed(folder: string, how: 'list' | 'scan'): Promise<ReadonlyMap<string, PathMetadata> | undefined> {
    const path = this.#path('detailed-metadata', folder);
    const response = await this.#send({ method: 'GET', path, query: `${how}=true` });
    if (isAbsent(response)) return new Map();
    if (how === 'scan' && response.status === 403 && !saysInvalidToken(response)) return undefined;
    return toListed(this.#expect(bodies.detailed, response, `${path}/`, how));
  }

  async readMetadata(place: string): Promise<PathMetadata | undefined> {
    const path = this.#path('metadata', place);
    const response = await this.#send({ method: 'GET', path });
    return isAbsent(response) ? undefined : toMetadata(this.#expect(bodies.metadata, response, path, 'read'));
  }

  /** Replaces all pairs of a place; its other settings stay. */
  async writeMetadata(place: string, pairs: MarkPairs): Promise<void> {
    const path = this.#path('metadata', place);
    const call: VaultCall = { method: 'POST', path, json: { custom_metadata: pairs }, idempotent: true, writes: true };
    this.#expectDone(await this.#send(call), path, 'create', 'update');
  }

  async readData(place: string): Promise<PathData | undefined> {
    return (await this.readDataAndTime(place)).found;
  }

  /** As `readData`, with the server's clock; undefined when it does not say. */
  async readDataAndTime(
    place: string,
  ): Promise<{ readonly found: PathData | undefined; readonly now: number | undefined }> {
    const path = this.#path('data', place);
    const response = await this.#send({ method: 'GET', path });
    const now = toServerTime(response.headers);
    if (isAbsent(response)) {
      return { found: undefined, now };
    }
    const deleted = response.status === 404 ? bodies.data.safeParse(response.body) : undefined;
    const body = deleted?.success === true ? deleted.data : this.#expect(bodies.data, response, path, 'read');
    return { found: toPathData(body), now };
  }

  /** Keeps only so many versions of a place, and says so before there is any. */
  async limitVersions(place: string, versions: number): Promise<void> {
    const path = this.#path('metadata', place);
    const call: VaultCall = { method: 'POST', path, json: { max_versions: versions }, idempotent: true };
    this.#expectDone(await this.#send(call), path, 'create', 'update');
  }

  /** Writes a version if the latest is `cas`. */
  async writeData(
    place: string,
    data: DocumentData,
    cas: number,
    { writes }: { readonly writes: boolean } = { writes: true },
  ): Promise<Written> {
    const path = this.#path('data', place);
    const response = await this.#send({ method: 'POST', path, json: { options: { cas }, data }, writes });
    if (isCasMismatch(response)) {
      return { kind: 'lost' };
    }
    return this.#done(response, path, 'create', 'update');
  }

  /**
   * Writes a version that is the latest one with these keys replaced, if the latest is `cas`: Vault merges, so that
   * keys of others pass through no JSON parser of ours, and no read is needed.
   */
  async patchData(
    place: string,
    data: DocumentData,
    cas: number,
  ): Promise<Written | { kind: 'deleted' | 'forbidden' }> {
    const path = this.#path('data', place);
    const response = await this.#send({ method: 'PATCH', path, json: { options: { cas }, data }, writes: true });
    if (isCasMismatch(response)) {
      return { kind: 'lost' };
    }
    if (response.status === 403 && !saysInvalidToken(response)) {
      return { kind: 'forbidden' };
    }
    // A place that never was: an empty 404; one whose latest version was deleted: a 404 with that version.
    if (response.status === 404 && (response.format === 'empty' || bodies.written.safeParse(response.body).success)) {
      return { kind: 'deleted' };
    }
    return this.#done(response, path, 'patch');
  }

  /** Removes a place with all its versions. */
  async remove(place: string): Promise<void> {
    const path = this.#path('metadata', place);
    this.#expectDone(await this.#send({ method: 'DELETE', path, writes: true }), path, 'delete');
  }

  #done(response: HttpResponse, path: string, ...capabilities: string[]): Written {
    const { version, deletion_time: deletedAt } = this.#expect(bodies.written, response, path, ...capabilities).data;
    return { kind: 'done', version, deletedAt, now: toServerTime(response.headers) };
  }

  #path(kind: 'data' | 'metadata' | 'detailed-metadata', place: string): string {
    return [this.#mount, kind, place].filter((part) => part !== '').join('/');
  }

  #expect<T>(schema: z.ZodType<T>, response: HttpResponse, path: string, ...capabilities: string[]): T {
    const attempted = this.#attempted(path, capabilities);
    if (response.status !== 200) {
      throw vaultError(response, attempted);
    }
    const parsed = schema.safeParse(response.body);
    if (!parsed.success) {
      throw unexpectedBody(response, attempted, parsed.error);
    }
    return parsed.data;
  }

  #expectDone(response: HttpResponse, path: string, ...capabilities: string[]): void {
    if (response.status !== 204 && response.status !== 200) {
      throw vaultError(response, this.#attempted(path, capabilities));
    }
  }

  #attempted(path: string, capabilities: readonly string[]): Attempted {
    return { server: this.#server, path, capabilities, tokenOrigin: this.#tokenOrigin };
  }
}
