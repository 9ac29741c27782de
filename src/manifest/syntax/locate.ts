import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/values/groups.ts';
import type { ManifestKeys } from '../schema/schema-keys.ts';
import { createLocator } from './locator.ts';
import { positionAt } from './parse-file.ts';
import { showsLines, sourceLine } from './source-line.ts';
import { viewSyntax } from './syntax-view.ts';
import type { Problem, SourceFile } from '../types.ts';
import { compareText } from '../values.ts';

/**
 * Looks up line, column and source line of every problem, reading again only the files that have one, each once.
 * The result is in the order of the file names and of the places in them, without repetitions.
 */
export function locateProblems(problems: readonly Problem[], keys: ManifestKeys): Finding[] {
  const byFile = groupBy(problems, ({ place }) => place.file);
  const files = [...byFile.keys()].toSorted((a, b) => compareText(a.name, b.name));
  return files.flatMap((file) => locateInFile(file, byFile.get(file) ?? [], keys));
}

function locateInFile(file: SourceFile, problems: readonly Problem[], keys: ManifestKeys): Finding[] {
  const view = viewSyntax(file);
  const locator = createLocator(view);
  const isOpen = file.text !== '' && showsLines(view, problems);
  const findings = new Map<string, Finding>();
  for (const problem of problems) {
    const { place, suggestion, ...rest } = problem;
    const position = positionAt(file, view.lines, 'offset' in place ? place.offset : locator(place));
    const shown = isOpen ? sourceLine(view, problem, position.line, keys) : undefined;
    // Several targets find the same mistake.
    const key = `${position.line}:${position.column} ${rest.rule} ${rest.message}`;
    findings.set(key, {
      ...rest,
      position,
      ...(shown === undefined ? {} : { sourceLine: shown }),
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }
  return [...findings.values()].toSorted(comparePlaces);
}

function comparePlaces(a: Finding, b: Finding): number {
  return (
    a.position.line - b.position.line || a.position.column - b.position.column || compareText(a.message, b.message)
  );
}
