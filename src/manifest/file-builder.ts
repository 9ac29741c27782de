import { buildManifest } from './build.ts';
import type { ParsedFile } from './syntax/parse-any.ts';
import type { Manifest, Manifests, Problem, RawDocument, SourceFile, TargetManifest } from './types.ts';
import { checkManifest, checkManifests } from './validate.ts';

/** All manifests, and what is wrong with them. */
export interface Concluded extends Pick<Manifests, 'apis' | 'clients' | 'targets'> {
  readonly problems: readonly Problem[];
}

/** Puts together what files hold in their order, whatever the order is in which they were parsed; pure. */
export class FileBuilder {
  readonly #own: readonly SourceFile[];
  readonly #trusted: readonly SourceFile[] | undefined;
  readonly #built = new Map<SourceFile, BuiltFile>();

  /** With `trusted`, Targets are those of these files and no others. */
  constructor(own: readonly SourceFile[], trusted: readonly SourceFile[] | undefined) {
    this.#own = own;
    this.#trusted = trusted;
  }

  /** Those that were not added yet. */
  *left(): Generator<SourceFile> {
    for (const file of this.#files()) if (!this.#built.has(file)) yield file;
  }

  /** Those that may hold a Target: it cannot be written without this word. */
  mayHoldTargets(): readonly SourceFile[] {
    return (this.#trusted ?? this.#own).filter(({ text }) => text.includes('Target'));
  }

  add(file: SourceFile, { documents, problems }: ParsedFile): void {
    const isEmpty = documents.length === 0 && problems.length === 0;
    this.#built.set(file, {
      built: documents.map(checkDocument),
      problems: isEmpty ? [emptyFile(file)] : problems,
    });
  }

  /** Those that are without fault, of the files that were added. */
  targets(): TargetManifest[] {
    return this.#of(this.#trusted ?? this.#own).flatMap(({ manifest, problems }) =>
      manifest?.kind === 'Target' && problems.length === 0 ? [manifest] : [],
    );
  }

  /** Yields where it may be interrupted. */
  *conclude(): Generator<undefined, Concluded> {
    const separate = this.#trusted !== undefined;
    const own = this.#of(this.#own);
    // Nothing a pull request says in a Target may count, not even as a mistake; nor anything else beside the trusted ones.
    const ignored = separate ? own.filter(({ manifest }) => manifest?.kind === 'Target') : [];
    const kept = [
      ...own.filter(({ manifest }) => !separate || manifest?.kind !== 'Target'),
      ...this.#of(this.#trusted ?? []).filter(({ manifest }) => manifest === undefined || manifest.kind === 'Target'),
    ];
    const ofFiles = this.#files().flatMap((file) => this.#built.get(file)?.problems ?? []);
    const found = [...ofFiles, ...kept.flatMap((built) => built.problems)];
    const manifests = kept.flatMap(({ manifest }) => manifest ?? []);
    const alsoNamed = ignored.flatMap(({ manifest }) => manifest?.name ?? []);
    const sets = {
      apis: manifests.filter((manifest) => manifest.kind === 'Api'),
      clients: manifests.filter((manifest) => manifest.kind === 'Client'),
      targets: manifests.filter((manifest) => manifest.kind === 'Target'),
    };
    const checked = yield* checkManifests({ ...sets, alsoNamed });
    return { ...sets, problems: [...found, ...checked] };
  }

  #files(): readonly SourceFile[] {
    return [...this.#own, ...(this.#trusted ?? [])];
  }

  #of(files: readonly SourceFile[]): Built[] {
    return files.flatMap((file) => this.#built.get(file)?.built ?? []);
  }
}

interface Built {
  readonly manifest: Manifest | undefined;
  readonly problems: readonly Problem[];
}

function checkDocument(document: RawDocument): Built {
  const { manifest, problems } = buildManifest(document);
  return manifest === undefined
    ? { manifest, problems }
    : { manifest: dropRaw(manifest), problems: [...problems, ...checkManifest(manifest)] };
}

/** What was written is needed again only where something may differ from it by target. */
function dropRaw(manifest: Manifest): Manifest {
  const { raw } = manifest;
  return 'overrides' in raw || 'targets' in raw ? manifest : { ...manifest, raw: {} };
}

interface BuiltFile {
  readonly built: readonly Built[];
  /** Of its syntax. */
  readonly problems: readonly Problem[];
}

/** A client whose manifest was emptied is deleted as one is whose file was removed, and nobody sees it in the folder. */
function emptyFile({ name }: SourceFile): Problem {
  const message = 'there is no manifest in this file: what it declared once is declared no more';
  return { severity: 'warning', rule: 'empty-file', message, place: { file: { name, text: '' }, offset: 0 } };
}
