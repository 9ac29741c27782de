/** What the sources import from each other, types included: read from their texts. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  /** From the root of the repository: `src/model/plan.ts`. */
  readonly path: string;
  readonly text: string;
  /** Files of the repository. */
  readonly imports: readonly string[];
}

/** Every source that is no test. */
export function readSources(): Source[] {
  const names = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const paths = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return paths.map((name) => {
    const path = join('src', name);
    const text = readFileSync(join(ROOT, path), 'utf8');
    const imports = [...text.matchAll(/(?:\bfrom|\bimport\()\s*'(\.[^']+)'/g)];
    return { path, text, imports: imports.map(([, to = '']) => normalize(join(dirname(path), to))) };
  });
}

/** Groups of files of which each imports, over however many others, itself. */
export function findCircles(sources: readonly Source[]): string[][] {
  const reached = new Map(sources.map(({ path }) => [path, reachable(path, sources)]));
  const inCircle = sources.map(({ path }) => path).filter((path) => reached.get(path)?.has(path) === true);
  const circles = inCircle.map((path) => inCircle.filter((other) => isMutual(path, other, reached)));
  return [...new Map(circles.map((circle) => [circle.join(' '), circle])).values()];
}

function isMutual(one: string, other: string, reached: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  return reached.get(one)?.has(other) === true && reached.get(other)?.has(one) === true;
}

function reachable(from: string, sources: readonly Source[]): Set<string> {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const seen = new Set<string>();
  const waiting = [...(importsOf.get(from) ?? [])];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    waiting.push(...(importsOf.get(path) ?? []));
  }
  return seen;
}
