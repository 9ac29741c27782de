import type { JsonObject } from '../../model/values/json.ts';
import { parseJson } from '../../model/values/parse-json.ts';
import { changedMeanwhile, requireClock, toRecord } from '../record.ts';
import type { StoredRecord } from '../store.ts';
import type { SecretsApi } from './api.ts';
import { encode, MANAGED_BY, recordAnnotations } from './convert.ts';
import { describeSecret, secretOfRecord } from './names.ts';
import { SeenSecrets } from './seen.ts';

/** The type of a Secret that is a record: it holds no secret, but who may write it must be no more than who may write credentials. */
const TYPE = 'grantry/record';
const KEY = 'record';

/** Records of grantry's own, each in a Secret under a name that no document can have. */
export class KubernetesRecords {
  readonly #namespace: string;
  readonly #api: SecretsApi;
  readonly #seen = new SeenSecrets();

  constructor(namespace: string, api: SecretsApi) {
    this.#namespace = namespace;
    this.#api = api;
  }

  locate(name: string): string {
    return describeSecret(secretOfRecord(name, this.#namespace));
  }

  async read(name: string): Promise<StoredRecord> {
    const secret = secretOfRecord(name, this.#namespace);
    const { found, now } = await this.#api.read(secret);
    this.#seen.set(secret, found);
    const text = found?.data[KEY];
    const json = typeof text === 'string' ? parseJson(text) : undefined;
    const value = found === undefined ? undefined : toRecord(json, describeSecret(secret));
    return { value, version: found?.version ?? 0, now: requireClock(now, 'Kubernetes') };
  }

  async write(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>> {
    const secret = secretOfRecord(name, this.#namespace);
    const seen = this.#seen.get(secret) ?? (await this.#api.readMetadata(secret));
    if ((seen?.version ?? 0) !== expected) throw changedMeanwhile(describeSecret(secret));
    const change = {
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      annotations: recordAnnotations(name, expected + 1),
      data: { [KEY]: encode(JSON.stringify(value)) },
    };
    const written =
      seen === undefined
        ? await this.#api.create(secret, change, { writes: false, type: TYPE })
        : await this.#api.patch(secret, seen.resourceVersion, change, { writes: false });
    this.#seen.set(secret, written.kind === 'done' ? written.secret : undefined);
    if (written.kind === 'lost') throw changedMeanwhile(describeSecret(secret));
    return { version: expected + 1, now: requireClock(written.now, 'Kubernetes') };
  }
}
