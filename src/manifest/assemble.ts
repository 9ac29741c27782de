import { buildManifest } from './build.ts';
import { parseManifestFile } from './syntax/parse-file.ts';
import type { Language } from './language.ts';
import type { Manifest, Problem, RawDocument, SourceFile } from './types.ts';
import type { Manifests } from './manifests.ts';
import { checkManifest, checkManifests } from './validate.ts';

/** All manifests, and what is wrong with them. */
export interface Assembled extends Pick<Manifests, 'language' | 'apis' | 'clients' | 'targets'> {
  readonly problems: readonly Problem[];
}

/**
 * Parses files, and checks what they hold; pure. With `trusted`, Targets are those of these files and no others. `today`: as
 * `2027-03-31`, in UTC.
 */
export function assembleManifests(
  language: Language,
  own: readonly SourceFile[],
  { trusted, today }: { readonly trusted?: readonly SourceFile[] | undefined; readonly today: string },
): Assembled {
  const build = (file: SourceFile): BuiltFile => buildFile(file, language);
  const [ownFiles, trustedFiles] = [own.map(build), (trusted ?? []).map(build)];
  const documents = ownFiles.flatMap(({ built }) => built);
  // Nothing a pull request says in a Target may count, not even as a mistake; nor anything else beside the trusted ones.
  const ignored = trusted === undefined ? [] : documents.filter(isTarget);
  const kept = [
    ...documents.filter((built) => trusted === undefined || !isTarget(built)),
    ...trustedFiles.flatMap(({ built }) => built).filter((built) => built.manifest === undefined || isTarget(built)),
  ];
  const manifests = kept.flatMap(({ manifest }) => manifest ?? []);
  const sets = {
    language,
    apis: manifests.filter((manifest) => manifest.kind === 'Api'),
    clients: manifests.filter((manifest) => manifest.kind === 'Client'),
    targets: manifests.filter((manifest) => manifest.kind === 'Target'),
  };
  const alsoNamed = ignored.flatMap(({ manifest }) => manifest?.name ?? []);
  const problems = [
    ...[...ownFiles, ...trustedFiles].flatMap((file) => file.problems),
    ...kept.flatMap((built) => built.problems),
    ...checkManifests({ ...sets, alsoNamed, today }),
  ];
  return { ...sets, problems };
}

interface Built {
  readonly manifest: Manifest | undefined;
  readonly problems: readonly Problem[];
}

function isTarget({ manifest }: Built): boolean {
  return manifest?.kind === 'Target';
}

interface BuiltFile {
  readonly built: readonly Built[];
  /** Of its syntax. */
  readonly problems: readonly Problem[];
}

function buildFile(file: SourceFile, language: Language): BuiltFile {
  const { documents, problems } = parseManifestFile(file, language.keys);
  const isEmpty = documents.length === 0 && problems.length === 0;
  return {
    built: documents.map((document) => buildDocument(document, language)),
    problems: isEmpty ? [emptyFile(file)] : problems,
  };
}

function buildDocument(document: RawDocument, language: Language): Built {
  const { manifest, problems } = buildManifest(document, language);
  return manifest === undefined
    ? { manifest, problems }
    : { manifest: dropRaw(manifest), problems: [...problems, ...checkManifest(manifest, language)] };
}

/** What was written is needed again only where something may differ from it by target. */
function dropRaw(manifest: Manifest): Manifest {
  const { raw } = manifest;
  return 'overrides' in raw || 'targets' in raw ? manifest : { ...manifest, raw: {} };
}

/** A client whose manifest was emptied is deleted as one is whose file was removed, and nobody sees it in the folder. */
function emptyFile({ name }: SourceFile): Problem {
  const message = 'there is no manifest in this file: what it declared once is declared no more';
  return { severity: 'warning', rule: 'empty-file', message, place: { file: { name, text: '' }, offset: 0 } };
}
