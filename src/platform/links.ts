import { lstatSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';

/** The first link that leads to a path: anywhere below the working directory; elsewhere, where folders may be links, at its end. */
export function linkOnTheWay(path: string, cwd: string): string | undefined {
  const inside = relative(cwd, path);
  const isBelow = inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
  const parts = inside.split(sep);
  const steps = isBelow ? parts.map((_, index) => join(cwd, ...parts.slice(0, index + 1))) : [path];
  return steps.find((step) => lstatSync(step, { throwIfNoEntry: false })?.isSymbolicLink() === true);
}
