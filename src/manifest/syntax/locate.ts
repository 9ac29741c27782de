import type { Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/groups.ts';
import { createLocator } from './locator.ts';
import { positionAt } from './parse-any.ts';
import { findHiddenLines, showLine } from './source-line.ts';
import { viewSyntax } from './syntax-view.ts';
import type { Problem, SourceFile } from '../types.ts';
import { compareText } from '../values.ts';

/** Findings after which the syntax trees may not show what belongs to what. */
const DOUBTS: ReadonlySet<string> = new Set(['yaml-syntax', 'unknown-anchor', 'misplaced-credential']);

/**
 * Looks up line, column and source line of every problem, reading again only the files that have one, each once.
 * The result is in the order of the file names and of the places in them, without repetitions.
 */
export function locateProblems(problems: readonly Problem[]): Finding[] {
  const byFile = groupBy(problems, ({ place }) => place.file);
  const files = [...byFile.keys()].toSorted((a, b) => compareText(a.name, b.name));
  return files.flatMap((file) => locateInFile(file, byFile.get(file) ?? []));
}

function locateInFile(file: SourceFile, problems: readonly Problem[]): Finding[] {
  const view = viewSyntax(file);
  const locator = createLocator(view);
  // Also where it could be read: what was meant is not what it says.
  const doubtful = view.broken || problems.some(({ rule }) => DOUBTS.has(rule));
  const hidden = findHiddenLines(view, doubtful);
  const findings = new Map<string, Finding>();
  for (const { place, suggestion, ...rest } of problems) {
    const position = positionAt(file, view.lines, 'offset' in place ? place.offset : locator(place));
    const sourceLine = file.text === '' ? undefined : showLine(view, position.line, hidden);
    // Several targets find the same mistake.
    const key = `${position.line}:${position.column} ${rest.rule} ${rest.message}`;
    findings.set(key, {
      ...rest,
      position,
      ...(sourceLine === undefined ? {} : { sourceLine }),
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
