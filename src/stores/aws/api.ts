import { z } from 'zod';
import type { HttpResponse } from '../../platform/http.ts';
import { awsError, errorType, isAbsent, saysDeleted, unexpectedBody } from './errors.ts';
import type { AwsSettings } from './settings.ts';
import type { Tags } from './tags.ts';
import type { AwsCall, AwsTransport } from './transport.ts';

/** `DescribeSecret`, in grantry's words. */
export interface Described {
  readonly tags: Tags;
  /** Id of the version with the label AWSCURRENT; undefined: there is none. */
  readonly current: string | undefined;
  /** AWS deletes it at the end of its recovery window. Until then it cannot be read or written. */
  readonly isDeleted: boolean;
  /** AWS rotates it by a function or by itself. */
  readonly isRotated: boolean;
}

/** The text of a version; absent: there is none, or no secret; deleted: the secret is going to be. */
export type Value = { readonly kind: 'found'; readonly id: string; readonly text: string | undefined } | Unreadable;
interface Unreadable {
  readonly kind: 'absent' | 'deleted';
}

/** What a secret is created with. */
export interface NewSecret {
  readonly tags: Tags;
  /** Its first version; undefined: it gets none yet. */
  readonly version?: NewVersion;
  readonly writes: boolean;
}

/** A version that is to be written, with the id that it gets. */
export interface NewVersion {
  readonly id: string;
  readonly text: string;
}

const CURRENT = 'AWSCURRENT';
/** A version that is to become the current one. */
const PENDING = 'AWSPENDING';

const tagList = z.array(z.object({ Key: z.string(), Value: z.string().default('') }));

/** The bodies of AWS's answers, as far as grantry reads them. */
const bodies = {
  described: z.object({
    Tags: tagList.nullish(),
    VersionIdsToStages: z.record(z.string(), z.array(z.string())).nullish(),
    DeletedDate: z.number().nullish(),
    RotationEnabled: z.boolean().nullish(),
  }),
  value: z.object({ VersionId: z.string(), SecretString: z.string().nullish() }),
  versions: z.object({
    Versions: z.array(z.object({ VersionId: z.string() })).nullish(),
    NextToken: z.string().nullish(),
  }),
  list: z.object({ SecretList: z.array(z.object({ Name: z.string() })), NextToken: z.string().nullish() }),
  put: z.object({ VersionStages: z.array(z.string()).nullish() }),
  done: z.object({}),
};

/** The calls of Secrets Manager that grantry needs. Names are whole. */
export class SecretsApi {
  readonly #region: string;
  readonly #kmsKeyId: string | undefined;
  readonly #send: AwsTransport;
  #now: number | undefined;

  constructor({ region, kmsKeyId }: AwsSettings, send: AwsTransport) {
    this.#region = region;
    this.#kmsKeyId = kmsKeyId;
    this.#send = async (call) => {
      const response = await send(call);
      this.#now = serverTime(response.headers) ?? this.#now;
      return response;
    };
  }

  /** AWS's clock at its last answer, in milliseconds since the epoch, whole seconds; undefined: it said none. */
  get now(): number | undefined {
    return this.#now;
  }

  /** Names that begin with this, in pages of 100. Changes of the last five minutes may be missing. */
  async list(prefix: string, { includeDeleted }: { readonly includeDeleted: boolean }): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    const filters = prefix === '' ? {} : { Filters: [{ Key: 'name', Values: [prefix] }] };
    let token: string | undefined;
    do {
      const input = { ...filters, MaxResults: 100, IncludePlannedDeletion: includeDeleted, NextToken: token };
      const page = await this.#call(bodies.list, { action: 'ListSecrets', input }, undefined);
      for (const { Name } of page.SecretList) names.add(Name);
      token = page.NextToken ?? undefined;
    } while (token !== undefined && token !== '');
    return names;
  }

  async describe(name: string): Promise<Described | undefined> {
    const call = { action: 'DescribeSecret', input: { SecretId: name } };
    const response = await this.#send(call);
    if (isAbsent(response)) return undefined;
    const found = this.#expect(bodies.described, response, call, name);
    const versions = Object.entries(found.VersionIdsToStages ?? {});
    return {
      tags: Object.fromEntries((found.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
      current: versions.find(([, labels]) => labels.includes(CURRENT))?.[0],
      isDeleted: typeof found.DeletedDate === 'number',
      isRotated: found.RotationEnabled === true,
    };
  }

  /** The ids of all versions, also of those that have no label any more. */
  async versionIds(name: string): Promise<readonly string[]> {
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const input = { SecretId: name, IncludeDeprecated: true, MaxResults: 100, NextToken: token };
      const page = await this.#call(bodies.versions, { action: 'ListSecretVersionIds', input }, name);
      ids.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId));
      token = page.NextToken ?? undefined;
    } while (token !== undefined && token !== '');
    return ids;
  }

  /** The current version. */
  async value(name: string): Promise<Value> {
    const call = { action: 'GetSecretValue', input: { SecretId: name, VersionStage: CURRENT } };
    const response = await this.#send(call);
    if (isAbsent(response)) return { kind: 'absent' };
    if (saysDeleted(response)) return { kind: 'deleted' };
    const { VersionId: id, SecretString } = this.#expect(bodies.value, response, call, name);
    return { kind: 'found', id, text: SecretString ?? undefined };
  }

  /** `taken`: there is a secret of that name; `deleting`: there was one, and the name is not free yet. */
  async create(name: string, { tags, version, writes }: NewSecret): Promise<'done' | 'taken' | 'deleting'> {
    const input = {
      Name: name,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      KmsKeyId: this.#kmsKeyId,
      ...(version === undefined ? {} : { SecretString: version.text, ClientRequestToken: version.id }),
    };
    const call = { action: 'CreateSecret', input, writes };
    const response = await this.#send(call);
    if (errorType(response) === 'ResourceExistsException') return 'taken';
    if (saysDeleted(response)) return 'deleting';
    this.#expect(bodies.done, response, call, name);
    return 'done';
  }

  /** A further version, labelled AWSPENDING. True: it is the first of all, which AWS makes the current one at once. */
  async put(name: string, { id, text }: NewVersion, { writes }: { readonly writes: boolean }): Promise<boolean> {
    const input = { SecretId: name, ClientRequestToken: id, SecretString: text, VersionStages: [PENDING] };
    const { VersionStages } = await this.#call(bodies.put, { action: 'PutSecretValue', input, writes }, name);
    return VersionStages?.includes(CURRENT) === true;
  }

  /** Makes a version the current one if that is still `from` (undefined: there is none). This is the check-and-set. */
  async moveCurrent(
    name: string,
    { to, from, writes }: { readonly to: string; readonly from: string | undefined; readonly writes: boolean },
  ): Promise<boolean> {
    const input = { SecretId: name, VersionStage: CURRENT, MoveToVersionId: to, RemoveFromVersionId: from };
    return this.#moveLabel({ action: 'UpdateSecretVersionStage', input, writes }, name);
  }

  /** Takes AWSPENDING from a version, if it is still there. */
  async dropPending(name: string, id: string): Promise<void> {
    const input = { SecretId: name, VersionStage: PENDING, RemoveFromVersionId: id };
    await this.#moveLabel({ action: 'UpdateSecretVersionStage', input }, name);
  }

  async tag(name: string, tags: Tags): Promise<void> {
    const input = { SecretId: name, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    await this.#call(bodies.done, { action: 'TagResource', input, writes: true }, name);
  }

  async untag(name: string, keys: readonly string[]): Promise<void> {
    const input = { SecretId: name, TagKeys: keys };
    await this.#call(bodies.done, { action: 'UntagResource', input, writes: true }, name);
  }

  /** Takes a deletion back that has not come to its end. */
  async restore(name: string, { writes }: { readonly writes: boolean }): Promise<void> {
    await this.#call(bodies.done, { action: 'RestoreSecret', input: { SecretId: name }, writes }, name);
  }

  /** Destroys a secret with all of its versions, without a recovery window. Nothing there is no error. */
  async remove(name: string): Promise<void> {
    const input = { SecretId: name, ForceDeleteWithoutRecovery: true };
    const call = { action: 'DeleteSecret', input, writes: true };
    const response = await this.#send(call);
    if (!isAbsent(response)) this.#expect(bodies.done, response, call, name);
  }

  /** False: the label was not where it was to be taken from. */
  async #moveLabel(call: AwsCall, name: string): Promise<boolean> {
    const response = await this.#send(call);
    if (errorType(response) === 'InvalidParameterException') return false;
    this.#expect(bodies.done, response, call, name);
    return true;
  }

  async #call<T>(schema: z.ZodType<T>, call: AwsCall, name: string | undefined): Promise<T> {
    return this.#expect(schema, await this.#send(call), call, name);
  }

  #expect<T>(schema: z.ZodType<T>, response: HttpResponse, { action }: AwsCall, name: string | undefined): T {
    const attempted = { action, name, region: this.#region };
    if (response.status !== 200) throw awsError(response, attempted);
    // Some actions answer with nothing.
    const parsed = schema.safeParse(response.format === 'empty' ? {} : response.body);
    if (!parsed.success) throw unexpectedBody(response, attempted, parsed.error);
    return parsed.data;
  }
}

export function serverTime(headers: Headers): number | undefined {
  const time = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(time) ? undefined : time;
}
