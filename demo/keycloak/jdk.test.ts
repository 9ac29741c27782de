import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findJdk, parseVersion } from './jdk.ts';

describe('the search for a JDK', () => {
  const root = mkdtempSync(join(tmpdir(), 'grantry-jdk-'));
  afterAll(() => rmSync(root, { recursive: true }));

  function makeJdk(name: string, version: string, ...inside: string[]): string {
    const home = join(root, name, ...inside);
    mkdirSync(join(home, 'bin'), { recursive: true });
    writeFileSync(join(home, 'bin/java'), '');
    writeFileSync(join(home, 'release'), `IMPLEMENTOR="X"\nJAVA_VERSION="${version}"\n`);
    return home;
  }

  const old = makeJdk('old/jdk-17', '17.0.9');
  const modern = makeJdk('linux/jdk-21', '21.0.1');
  makeJdk('linux/jdk-8', '1.8.0_392');
  const mac = makeJdk('mac/temurin-25.jdk', '25', 'Contents', 'Home');
  mkdirSync(join(root, 'path'));
  symlinkSync(join(modern, 'bin/java'), join(root, 'path/java'));
  const linux = [join(root, 'linux')];

  it('takes JAVA_HOME first, then PATH, then the usual places', () => {
    expect(findJdk({ JAVA_HOME: mac, PATH: join(root, 'path') }, linux)).toEqual({ home: mac, version: 25 });
    expect(findJdk({ PATH: `/nowhere:${join(root, 'path')}` }, [])).toEqual({ home: modern, version: 21 });
    expect(findJdk({}, linux)).toEqual({ home: modern, version: 21 });
    expect(findJdk({}, [join(root, 'mac')])).toEqual({ home: mac, version: 25 });
  });

  it('passes by what is too old, broken or not there', () => {
    expect(findJdk({ JAVA_HOME: old }, linux)).toEqual({ home: modern, version: 21 });
    expect(findJdk({ JAVA_HOME: '/nowhere', PATH: '' }, [join(root, 'old'), '/nowhere'])).toBeUndefined();
  });

  it.each([
    ['JAVA_VERSION="25.0.1"', 25],
    ['JAVA_VERSION="1.8.0_392"', 8],
    ['A="x"\nJAVA_VERSION="21-ea"', 21],
    ['nothing', undefined],
  ])('reads %j as %s', (release, version) => {
    expect(parseVersion(release)).toBe(version);
  });
});
