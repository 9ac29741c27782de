import picomatch from 'picomatch';

/** A test of client_ids by globs, or by ids as they are. `*` stands for any characters, slashes too: a client_id is no path. */
export function clientMatcher(globs: readonly string[]): (clientId: string) => boolean {
  const matchers = globs.map((glob) => picomatch(glob, { bash: true, dot: true, nonegate: true }));
  return (clientId) => globs.includes(clientId) || matchers.some((matches) => matches(clientId));
}
