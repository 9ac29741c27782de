import { buildManifest } from '../build.ts';
import type { Language } from '../language.ts';
import { locateProblems } from '../syntax/locate.ts';
import { parseManifestFile } from '../syntax/parse-file.ts';
import type { ApiManifest, ClientManifest, Manifest, SourceFile, TargetManifest } from '../types.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { locate, readCommitted } from './committed-files.ts';
import { Git } from './git.ts';

/** The manifests as they were at a commit. They need not be valid, only readable. */
export interface OldManifests {
  readonly language: Language;
  readonly changedSince: { readonly ref: string; readonly commit: string };
  readonly apis: readonly ApiManifest[];
  readonly clients: readonly ClientManifest[];
  /** Undefined: they do not lie in the repository of the manifests, and count as unchanged. */
  readonly targets: readonly TargetManifest[] | undefined;
}

/** Where manifests lie, and which commit they are to be read at. */
export interface OldManifestsRequest {
  readonly language: Language;
  readonly ref: string;
  readonly manifests: readonly string[];
  readonly targets: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads from git what the manifests were at a commit. Throws INVALID_INPUT where there is no repository or no such
 * commit, and where YAML of then cannot be read.
 */
export function readOldManifests({ language, ref, manifests, targets, cwd, env }: OldManifestsRequest): OldManifests {
  const git = new Git(env);
  const places = manifests.map((path) => ({ path, place: locate(git, path, cwd) }));
  const outside = places.find(({ place }) => place === undefined);
  const [first] = places;
  if (outside !== undefined || first?.place === undefined) {
    throw new GrantryError(
      'INVALID_INPUT',
      `--changed-since ${ref}: ${outside?.path ?? ''} lies in no git repository`,
      {
        hint: 'It compares the manifests with those of a commit. Plan without it, or from a clone.',
      },
    );
  }
  const { root } = first.place;
  const other = places.find(({ place }) => place?.root !== root);
  if (other !== undefined) {
    throw new GrantryError(
      'INVALID_INPUT',
      `--changed-since ${ref}: ${first.path} and ${other.path} lie in different git repositories`,
      { hint: 'One commit cannot speak for both. Plan them apart, or without --changed-since.' },
    );
  }
  const commit = git.findCommit(root, ref);
  const paths = places.flatMap(({ place }) => place?.path ?? []);
  const own = readObjects(readCommitted(git, commit, paths), language);
  const trusted = targets === undefined ? undefined : locate(git, targets, cwd);
  const separate =
    trusted?.root === root ? readObjects(readCommitted(git, commit, [trusted.path]), language).targets : undefined;
  return {
    language,
    changedSince: { ref, commit: commit.id },
    ...own,
    targets: targets === undefined ? own.targets : separate,
  };
}

function readObjects(
  files: readonly SourceFile[],
  language: Language,
): Pick<OldManifests, 'apis' | 'clients'> & {
  readonly targets: readonly TargetManifest[];
} {
  const manifests: Manifest[] = [];
  for (const file of files) {
    const { documents, problems } = parseManifestFile(file, language.keys);
    const errors = problems.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw unreadable(file, locateProblems(errors, language.keys)[0]);
    for (const document of documents) {
      const { manifest } = buildManifest(document, language);
      if (manifest !== undefined) manifests.push(manifest);
    }
  }
  return {
    apis: manifests.filter((manifest) => manifest.kind === 'Api'),
    clients: manifests.filter((manifest) => manifest.kind === 'Client'),
    targets: manifests.filter((manifest) => manifest.kind === 'Target'),
  };
}

function unreadable({ name }: SourceFile, finding: Finding | undefined): GrantryError {
  const place = finding === undefined ? name : `${name}:${finding.position.line}:${finding.position.column}`;
  const why = finding === undefined ? '' : `: ${finding.message}`;
  return new GrantryError('INVALID_INPUT', `what the manifests declared then is not known: ${place}${why}`, {
    hint: 'Compare with a commit at which they could be read, or plan without --changed-since.',
  });
}
