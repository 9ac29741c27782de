import { assembleManifests } from '../../manifest/assemble.ts';
import type { Language } from '../../manifest/language.ts';
import type { Surroundings } from '../../manifest/resolve/resolve-target.ts';
import { resolveTargets } from '../../manifest/resolve/resolve.ts';
import type { Problem, SourceFile } from '../../manifest/types.ts';
import { GrantryError } from '../../model/errors.ts';
import type { DesiredState } from '../../model/desired.ts';

/** The manifests that are there, which are free of errors. */
export interface ExistingManifests {
  readonly language: Language;
  readonly files: readonly SourceFile[];
  /** Where Targets come from, if not from the same files. */
  readonly trusted: readonly SourceFile[] | undefined;
  /** The Target that is imported from. */
  readonly target: string;
  readonly surroundings: Surroundings & { readonly today: string };
}

/** What validation says of existing manifests with new ones beside them. */
export interface Judged {
  /** Errors by the name of the new file that they concern, the first of each. */
  readonly ofNew: ReadonlyMap<string, Problem>;
  /** The first error that existing manifests have now. */
  readonly ofExisting: Problem | undefined;
  /** What all of them declare in the target. Only of manifests without errors. */
  readonly resolve: () => DesiredState;
}

/** Reads new files as if they lay beside the existing ones, by the same rules and without a disk. */
export function judge(existing: ExistingManifests, added: readonly SourceFile[]): Judged {
  const { language, files, trusted, target, surroundings } = existing;
  const { problems, ...manifests } = assembleManifests(language, [...files, ...added], {
    trusted,
    today: surroundings.today,
  });
  const errors = problems.filter(({ severity }) => severity === 'error');
  const names = new Set(added.map(({ name }) => name));
  const ofNew = new Map(errors.toReversed().map((problem) => [problem.place.file.name, problem]));
  return {
    ofNew: new Map([...ofNew].filter(([name]) => names.has(name))),
    ofExisting: errors.find(({ place }) => !names.has(place.file.name)),
    resolve: () => {
      const [state] = resolveTargets(manifests, [target], surroundings);
      if (state === undefined) throw new GrantryError('INVALID_INPUT', `no manifest declares the Target ${target}`);
      return state;
    },
  };
}
