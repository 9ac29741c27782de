import pLimit from 'p-limit';
import type { CheckResult } from '../../model/check.ts';
import type { DesiredState } from '../../model/desired.ts';
import { groupBy } from '../../model/values/groups.ts';
import type { JsonObject } from '../../model/values/json.ts';
import type { KeyedCache } from '../../platform/keyed-cache.ts';
import type { Ports } from '../../platform/ports.ts';
import type { OpenOptions } from '../description.ts';
import { fromData, toPatch } from '../document.ts';
import { mergePairs, samePairs } from '../mark.ts';
import { changedMeanwhile } from '../record.ts';
import type {
  DocumentUpdate,
  Store,
  StoredDocument,
  StoredRecord,
  StoreEntry,
  StoreLimits,
  StoreMark,
} from '../store.ts';
import { SecretsApi } from './api.ts';
import type { SecretChange, Written } from './api.ts';
import { kubernetesCapabilities } from './capabilities.ts';
import { encode, MANAGED_BY, toAnnotations, toEntry, toLabels, versionAnnotation } from './convert.ts';
import type { SecretContent, SecretMetadata } from './convert.ts';
import { immutable, tooLarge } from './errors.ts';
import { ClusterLogin } from './login/cluster-login.ts';
import { describeSecret, locateSecret, secretAt } from './names.ts';
import type { SecretName } from './names.ts';
import type { ReviewPorts } from './doctor/reviews.ts';
import { KubernetesRecords } from './records.ts';
import { SeenSecrets } from './seen.ts';
import { describeKubernetes } from './settings.ts';
import type { ClusterSettings, KubernetesSettings } from './settings.ts';
import { createTransport } from './transport.ts';

/** The logins of a run: stores with the same one share it. */
export type ClusterLogins = KeyedCache<ClusterSettings, ClusterLogin>;

/** Requests in flight at the same time. */
const LISTINGS = 8;
/** How often a mark is tried that others' changes are in the way of. */
const MARK_ATTEMPTS = 5;

/** Logs in to the cluster, looks at the namespace, and returns the store: one request. */
export async function openKubernetesStore(
  settings: KubernetesSettings,
  ports: Ports,
  { logins, forChecks = false }: OpenOptions & { readonly logins?: ClusterLogins } = {},
): Promise<Store> {
  const { cluster, namespace } = settings;
  const makeLogin = (): ClusterLogin => new ClusterLogin(cluster, ports);
  const login = logins?.get(cluster, makeLogin) ?? makeLogin();
  const send = createTransport(login, cluster, ports);
  const api = new SecretsApi(send, cluster);
  if (!forChecks) await api.checkNamespace(namespace);
  return new KubernetesStore(settings, api, { send, clock: ports.clock });
}

/** One Secret of type Opaque for each document: its keys are the Secret's, its mark lies in annotations. */
class KubernetesStore implements Store {
  readonly capabilities = kubernetesCapabilities;
  readonly #settings: KubernetesSettings;
  readonly #api: SecretsApi;
  readonly #review: ReviewPorts;
  readonly #records: KubernetesRecords;
  readonly #seen = new SeenSecrets();

  constructor(settings: KubernetesSettings, api: SecretsApi, review: ReviewPorts) {
    this.#settings = settings;
    this.#api = api;
    this.#review = review;
    this.#records = new KubernetesRecords(settings.namespace, api);
  }

  locate(path: string): string {
    return locateSecret(path, this.#settings.namespace);
  }

  describe(): string {
    return describeKubernetes(this.#settings);
  }

  async existing(
    paths: readonly string[],
    { includeDeleted = false }: { readonly includeDeleted?: boolean } = {},
  ): Promise<ReadonlySet<string>> {
    const limit = pLimit(LISTINGS);
    const wanted = paths.map((path) => ({ path, ...this.#at(path) }));
    const found = await Promise.all(
      [...groupBy(wanted, ({ namespace }) => namespace)].map(([namespace, here]) =>
        limit(async () => {
          // What was deleted leaves nothing. But who asks for it wants to know of places that are free: of others' Secrets too.
          const listed = await this.#list(namespace, { onlyOwn: !includeDeleted });
          const names = new Set(
            listed.flatMap(({ name, hasData, version }) => (includeDeleted || hasData || version === 0 ? [name] : [])),
          );
          return here.flatMap(({ path, name }) => (names.has(name) ? [path] : []));
        }),
      ),
    );
    return new Set(found.flat());
  }

  async limits(): Promise<StoreLimits> {
    return {};
  }

  async inspect(path: string): Promise<StoreEntry | undefined> {
    const secret = this.#at(path);
    const found = await this.#api.readMetadata(secret);
    if (found === undefined) {
      this.#seen.set(secret, undefined);
      return undefined;
    }
    this.#seen.add(secret, found);
    return toEntry(found);
  }

  async read(path: string): Promise<StoredDocument | undefined> {
    const secret = this.#at(path);
    const { found } = await this.#api.read(secret);
    this.#seen.set(secret, found);
    if (found === undefined || !found.hasData) return undefined;
    return { document: fromData(found.data, describeSecret(secret)), version: found.version };
  }

  async mark(path: string, mark: StoreMark, options: { readonly pathIsEmpty?: boolean } = {}): Promise<void> {
    const secret = this.#at(path);
    if (options.pathIsEmpty === true) {
      const created = await this.#createMark(secret, mark);
      if (created.kind === 'lost') throw changedMeanwhile(describeSecret(secret));
      return this.#seen.set(secret, created.secret);
    }
    for (let attempt = 1; attempt <= MARK_ATTEMPTS; attempt += 1) {
      if (await this.#markOnce(secret, mark)) return;
    }
    throw changedMeanwhile(describeSecret(secret));
  }

  async write(path: string, document: DocumentUpdate, expected: number): Promise<number> {
    const secret = this.#at(path);
    const data = toSecretData(document, secret);
    const change = {
      labels: { [MANAGED_BY.key]: MANAGED_BY.value },
      annotations: versionAnnotation(expected + 1),
      data,
    };
    const written = await this.#writeOver(secret, expected, change);
    if (written.kind === 'lost') throw changedMeanwhile(describeSecret(secret));
    this.#seen.set(secret, written.secret);
    return expected + 1;
  }

  async purge(path: string): Promise<void> {
    const secret = this.#at(path);
    await this.#api.remove(secret);
    this.#seen.set(secret, undefined);
  }

  locateRecord(name: string): string {
    return this.#records.locate(name);
  }

  async readRecord(name: string): Promise<StoredRecord> {
    return this.#records.read(name);
  }

  async writeRecord(name: string, value: JsonObject, expected: number): Promise<Omit<StoredRecord, 'value'>> {
    return this.#records.write(name, value, expected);
  }

  async checks(desired: DesiredState): Promise<readonly CheckResult[]> {
    const { checkKubernetes } = await import('./doctor/check-kubernetes.ts');
    return checkKubernetes({ settings: this.#settings, api: this.#api, ...this.#review }, desired);
  }

  /** An empty listing is also what a namespace gives that is not there. */
  async #list(namespace: string, options: { readonly onlyOwn: boolean }): Promise<readonly SecretMetadata[]> {
    const listed = await this.#api.list(namespace, options);
    if (listed.length === 0 && namespace !== this.#settings.namespace) await this.#api.checkNamespace(namespace);
    return listed;
  }

  async #writeOver(secret: SecretName, expected: number, change: SecretChange): Promise<Written> {
    const seen = this.#seen.get(secret);
    if (expected === 0 && seen === undefined) {
      const created = await this.#api.create(secret, withoutNull(change), { writes: true });
      if (created.kind === 'done') return created;
    }
    // What this run has not seen may all the same be the version that it is to replace: somebody marked the place, say.
    const found = seen?.version === expected ? seen : await this.#api.readMetadata(secret);
    if (found?.version !== expected) return { kind: 'lost' };
    return this.#api.patch(secret, found.resourceVersion, change, { writes: true });
  }

  /** False where somebody else changed it meanwhile. */
  async #markOnce(secret: SecretName, mark: StoreMark): Promise<boolean> {
    const { found } = await this.#api.read(secret);
    if (found === undefined) {
      const created = await this.#createMark(secret, mark);
      if (created.kind === 'done') this.#seen.set(secret, created.secret);
      return created.kind === 'done';
    }
    // A mark is set where a document is going to be written, which is found out too late after the provider has changed.
    if (found.immutable) throw immutable(secret);
    const change = markChange(found, mark);
    if (change === undefined) {
      this.#seen.add(secret, found);
      return true;
    }
    const patched = await this.#api.patch(secret, found.resourceVersion, change, { writes: true });
    if (patched.kind === 'lost') return false;
    this.#seen.move(secret, found, patched.secret);
    return true;
  }

  #createMark(secret: SecretName, mark: StoreMark): Promise<Written> {
    const annotations = toAnnotations(mergePairs({}, mark));
    return this.#api.create(secret, { labels: toLabels(mark), annotations }, { writes: true });
  }

  #at(path: string): SecretName {
    return secretAt(path, this.#settings.namespace);
  }
}

/** What sets the mark; undefined: it is set. */
function markChange(found: SecretContent, mark: StoreMark): SecretChange | undefined {
  const pairs = mergePairs(found.pairs, mark);
  const labels = toLabels(mark);
  const isSet =
    samePairs(found.pairs, pairs) && Object.entries(labels).every(([key, value]) => found.labels[key] === value);
  return isSet ? undefined : { labels, annotations: toAnnotations(pairs, found.pairs) };
}

function toSecretData(document: DocumentUpdate, secret: SecretName): Readonly<Record<string, string | null>> {
  const patch = toPatch(document);
  const { maxDocumentBytes = Infinity } = kubernetesCapabilities;
  if (Buffer.byteLength(JSON.stringify(patch)) > maxDocumentBytes) throw tooLarge(secret);
  return Object.fromEntries(Object.entries(patch).map(([key, text]) => [key, text === null ? null : encode(text)]));
}

/** For a Secret that is not there yet: there is nothing to take away. */
function withoutNull({ data = {}, ...change }: SecretChange): SecretChange {
  return { ...change, data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null)) };
}
