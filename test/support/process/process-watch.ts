/** Looks at the arguments and the environment of a process and all its descendants, many times a second. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Suspect } from '../leak-search.ts';

export interface ProcessWatch {
  /** Ends it; every different argv and environment that was seen. */
  stop(): Suspect[];
}

const EVERY_MS = 50;

/** Watches from now on, where there is a /proc; elsewhere nothing is seen. */
export function watchProcesses(root: number): ProcessWatch {
  const seen = new Map<string, Suspect>();
  const look = (): void => {
    if (process.platform !== 'linux') return;
    for (const pid of treeOf(root)) {
      for (const part of ['cmdline', 'environ']) {
        const text = read(`/proc/${pid}/${part}`);
        if (text !== '') seen.set(`${pid} ${part} ${text}`, { where: `${part} of process ${pid}`, text });
      }
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      return [...seen.values()];
    },
  };
}

function treeOf(root: number): Set<number> {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)]),
  );
  const tree = new Set([root]);
  for (let before = 0; before !== tree.size;) {
    before = tree.size;
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid);
  }
  return tree;
}

/** The fourth field; the second, the name in brackets, may hold anything. */
function parentOf(pid: string): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

/** Processes end while one looks. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
