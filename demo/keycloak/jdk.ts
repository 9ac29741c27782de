import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Environment } from '../setting.ts';

/** A Java that can run Keycloak. */
export interface Jdk {
  readonly home: string;
  /** 21 or later. */
  readonly version: number;
}

/** What Keycloak 26 asks for. */
const OLDEST = 21;

/** Folders that hold a JDK each. */
const USUAL_PLACES: readonly string[] = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines'];

/** The first Java that is new enough: of JAVA_HOME, then of PATH, then of the usual places. Nothing is executed. */
export function findJdk(env: Environment, places: readonly string[] = USUAL_PLACES): Jdk | undefined {
  const homes = [env['JAVA_HOME'] ?? '', ...homesOnPath(env['PATH'] ?? ''), ...places.flatMap(homesIn)];
  for (const home of homes) {
    const version = home === '' ? undefined : versionOf(home);
    if (version !== undefined && version >= OLDEST) return { home, version };
  }
  return undefined;
}

/** Where `java` of PATH really lies: what is on PATH is a link as a rule. */
function homesOnPath(path: string): string[] {
  return path.split(delimiter).flatMap((folder) => {
    const program = join(folder, 'java');
    if (folder === '' || !existsSync(program)) return [];
    try {
      return [dirname(dirname(realpathSync(program)))];
    } catch {
      return [];
    }
  });
}

function homesIn(place: string): string[] {
  try {
    return readdirSync(place)
      .toSorted()
      .toReversed()
      .flatMap((name) => [join(place, name), join(place, name, 'Contents/Home')]);
  } catch {
    return [];
  }
}

/** The major version by the file `release` that every JDK has; undefined where there is no JDK. */
function versionOf(home: string): number | undefined {
  try {
    if (!existsSync(join(home, 'bin/java'))) return undefined;
    return parseVersion(readFileSync(join(home, 'release'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** `JAVA_VERSION="25.0.1"` is 25, and `"1.8.0_392"` is 8. */
export function parseVersion(release: string): number | undefined {
  const found = /^JAVA_VERSION="?(?:1\.)?(\d+)/m.exec(release)?.[1];
  return found === undefined ? undefined : Number(found);
}
