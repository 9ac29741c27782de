/** What the demo must take away again, whatever happens. */
export interface Leftovers {
  /** `remove` must not wait for anything: it also runs while the process exits. It throws when it cannot remove it. */
  add(what: string, remove: () => void): void;
  /** Removes everything, the newest first; returns what could not be removed. May be called again. */
  removeAll(): string[];
  /** Leaves everything where it is. */
  keepAll(): void;
}

/**
 * Begins to collect. The end of the process, at a second Ctrl-C or by an error that nobody expected, removes as well;
 * so does a terminal that is closed.
 */
export function collectLeftovers(): Leftovers {
  let collected: { what: string; remove: () => void }[] = [];
  const removeAll = (): string[] => {
    const failed: string[] = [];
    for (let next = collected.pop(); next !== undefined; next = collected.pop()) {
      try {
        next.remove();
      } catch {
        failed.push(next.what);
      }
    }
    stopListening();
    return failed;
  };
  const stopListening = (): void => {
    process.off('exit', removeAll);
    process.off('SIGHUP', hangUp);
  };
  process.on('exit', removeAll);
  process.on('SIGHUP', hangUp);
  return {
    add: (what, remove) => void collected.push({ what, remove }),
    removeAll,
    keepAll: () => {
      collected = [];
      stopListening();
    },
  };
}

function hangUp(): void {
  process.exit(129);
}
