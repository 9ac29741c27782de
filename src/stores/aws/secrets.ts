import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { parseJson } from '../../model/values/parse-json.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { retry } from '../../platform/retry.ts';
import { incomplete } from '../document.ts';
import type { DocumentData } from '../document.ts';
import { changedMeanwhile } from '../record.ts';
import type { Described, NewSecret, SecretsApi } from './api.ts';
import type { TagChanges, Tags } from './tags.ts';
import { countVersions, newVersionId, numberOf } from './version-ids.ts';

/** A secret, with the number of its latest version; 0: it has none. */
export interface Place extends Described {
  readonly version: number;
}

/** A version that is to follow `from` (undefined: there is none). */
interface Replacement {
  readonly version: number;
  readonly text: string;
  readonly from: string | undefined;
  readonly writes: boolean;
}

/** What AWS is to show of a secret at least: the number of its latest version, and these tags; `gone`: nothing. */
type Written = { readonly version: number; readonly tags: Tags } | 'gone';

/** Secrets with numbered versions, of which each is replaced by check-and-set. */
export class Secrets {
  readonly #api: SecretsApi;
  readonly #locate: (name: string) => string;
  readonly #ports: HttpPorts;
  /** Names that this process created without a version. */
  readonly #new = new Set<string>();
  /** What this process has written, by name, and AWS may not show yet. */
  readonly #written = new Map<string, Written>();

  /** `locate`: how output names a secret. */
  constructor(api: SecretsApi, locate: (name: string) => string, ports: HttpPorts) {
    this.#api = api;
    this.#locate = locate;
    this.#ports = ports;
  }

  /** Whether nobody else can have written a version yet, as far as this process knows. */
  isNew(name: string): boolean {
    return this.#new.has(name);
  }

  /** AWS may answer with what was before a write for a moment: it is asked again until it knows what was written from here. */
  async look(name: string): Promise<Place | undefined> {
    return retry(
      async () => {
        const found = await this.#api.describe(name);
        return found === undefined ? undefined : { ...found, version: await this.#versionOf(name, found.current) };
      },
      (outcome) => ('value' in outcome && this.#isOld(name, outcome.value) ? {} : false),
      this.#ports,
    );
  }

  /** The latest version; undefined: there is none that can be read. */
  async read(name: string): Promise<{ readonly text: string | undefined; readonly version: number } | undefined> {
    const found = await retry(
      async () => {
        const value = await this.#api.value(name);
        const version = value.kind === 'found' ? await this.#versionOf(name, value.id) : 0;
        return { ...value, version };
      },
      (outcome) =>
        'value' in outcome && outcome.value.kind !== 'deleted' && this.#isOldVersion(name, outcome.value) ? {} : false,
      this.#ports,
    );
    return found.kind === 'found' ? found : undefined;
  }

  /** The latest version, which must be the one with this id. */
  async readAt(name: string, id: string | undefined): Promise<{ readonly text: string | undefined }> {
    const found = await this.#api.value(name);
    if (found.kind !== 'found' || found.id !== id) throw changedMeanwhile(this.#locate(name));
    return found;
  }

  /** False where there is a secret of that name. One that was purged keeps its name for a moment: that is waited for. */
  async create(name: string, secret: NewSecret): Promise<boolean> {
    const created = await retry(
      async () => {
        const outcome = await this.#api.create(name, secret);
        return outcome === 'deleting' && (await this.#api.describe(name)) !== undefined ? 'taken' : outcome;
      },
      (outcome) => ('value' in outcome && outcome.value === 'deleting' ? {} : false),
      this.#ports,
    );
    if (created === 'deleting') throw stillDeleting(this.#locate(name));
    if (created !== 'done') return false;
    if (secret.version === undefined) this.#new.add(name);
    this.#written.set(name, { version: secret.version === undefined ? 0 : 1, tags: secret.tags });
    return true;
  }

  /** A secret with its first version; throws CONFLICT where there is one of that name. */
  async createWith(name: string, { text, ...rest }: Omit<NewSecret, 'version'> & { text: string }): Promise<number> {
    if (!(await this.create(name, { ...rest, version: { id: newVersionId(1), text } })))
      throw changedMeanwhile(this.#locate(name));
    return 1;
  }

  /**
   * Writes a version beside the current one, and makes it the current one if that is still `from`: else CONFLICT. A crash in
   * between leaves a version that nobody reads.
   */
  async replace(name: string, { version, text, from, writes }: Replacement): Promise<number> {
    const id = newVersionId(version);
    this.#new.delete(name);
    const isCurrent = await this.#api.put(name, { id, text }, { writes });
    const isDone =
      isCurrent || (await this.#api.moveCurrent(name, { to: id, from, writes })) || (await this.#isAt(name, id));
    if (!isDone) {
      await this.#api.dropPending(name, id);
      throw changedMeanwhile(this.#locate(name));
    }
    this.#note(name, { version });
    return version;
  }

  async remove(name: string): Promise<void> {
    this.#new.delete(name);
    await this.#api.remove(name);
    this.#written.set(name, 'gone');
  }

  /** Makes the tags those: first all that is new or empty by one request, then what is to go. */
  async retag(name: string, { set, remove }: TagChanges): Promise<void> {
    if (Object.keys(set).length > 0) await this.#api.tag(name, set);
    if (remove.length > 0) await this.#api.untag(name, remove);
    this.#note(name, { tags: set });
  }

  /** Where a request was sent twice because its first answer was lost, the second one finds the label moved. */
  async #isAt(name: string, id: string): Promise<boolean> {
    return (await this.#api.describe(name))?.current === id;
  }

  async #versionOf(name: string, id: string | undefined): Promise<number> {
    return id === undefined ? 0 : (numberOf(id) ?? countVersions(await this.#api.versionIds(name)));
  }

  #note(name: string, news: { readonly version?: number; readonly tags?: Tags }): void {
    const known = this.#written.get(name);
    const before = known === undefined || known === 'gone' ? { version: 0, tags: {} } : known;
    this.#written.set(name, { version: news.version ?? before.version, tags: { ...before.tags, ...news.tags } });
  }

  /** Whether an answer is from before what this process has written. */
  #isOld(name: string, found: Place | undefined): boolean {
    const written = this.#written.get(name);
    if (written === undefined || written === 'gone') return written === 'gone' && found !== undefined;
    const lacks = ([key, value]: [string, string]): boolean => (found?.tags[key] ?? '') !== value;
    return found === undefined || this.#isOldVersion(name, found) || Object.entries(written.tags).some(lacks);
  }

  #isOldVersion(name: string, { version }: { readonly version: number }): boolean {
    const written = this.#written.get(name);
    if (written === undefined) return false;
    return written === 'gone' ? version > 0 : version < written.version;
  }
}

const object = z.record(z.string(), z.unknown());

/** The object in a secret; an error that never quotes it where there is none. */
export function parseText(text: string | undefined, where: string): DocumentData {
  const { data } = object.safeParse(parseJson(text));
  if (data !== undefined) return data;
  throw incomplete(where, 'JSON object in it');
}

function stillDeleting(where: string): GrantryError {
  return new GrantryError('FAILED', `AWS has not finished deleting ${where}: its name is not free yet`, {
    hint: 'It takes a minute at most. Run it again.',
  });
}
