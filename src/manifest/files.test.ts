import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readManifestFiles } from './files.ts';

let cwd = '';

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'grantry-files-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function write(name: string, content: string | Buffer = 'a: 1\n'): void {
  mkdirSync(join(cwd, name, '..'), { recursive: true });
  writeFileSync(join(cwd, name), content);
}

function names(...paths: string[]): string[] {
  const { files } = readManifestFiles(paths, cwd);
  return files.map((file) => file.name);
}

describe('readManifestFiles', () => {
  it('finds manifests in all folders, sorted, and leaves out what is hidden or something else', () => {
    ['m/b.yaml', 'm/a/z.yml', 'm/a.YAML', 'm/.git/x.yaml', 'm/node_modules/x.yaml', 'm/notes.txt'].forEach((name) =>
      write(name),
    );
    expect(names('m')).toEqual(['m/a.YAML', 'm/a/z.yml', 'm/b.yaml']);
  });

  it('reads a named file whatever its name, and each file once', () => {
    write('m/a.yaml');
    write('other.txt');
    expect(names('m', 'm/a.yaml', './m', 'other.txt')).toEqual(['m/a.yaml', 'other.txt']);
  });

  it.each([
    ['a file', 'm/b.yaml', '../elsewhere/b.yaml'],
    ['a folder', 'm/linked', '../elsewhere'],
    ['a circle', 'm/loop', 'loop'],
    ['nowhere', 'm/gone', 'nowhere'],
    ['what is no manifest', 'm/README', '../elsewhere/b.yaml'],
  ])('refuses a link to %s', (_, link, to) => {
    write('m/a.yaml');
    write('elsewhere/b.yaml');
    symlinkSync(to, join(cwd, link));
    const { files, problems } = readManifestFiles(['m'], cwd);
    expect(files.map((file) => file.name)).toEqual(['m/a.yaml']);
    expect(problems).toMatchObject([
      {
        severity: 'error',
        message: expect.stringContaining('this is a symbolic link'),
        place: { file: { name: link } },
      },
    ]);
  });

  it('refuses a path that leads through a link below the working directory, or is one', () => {
    write('real/m/a.yaml');
    symlinkSync('real', join(cwd, 'linked'));
    for (const path of ['linked/m', join(cwd, 'linked/m/a.yaml')]) {
      const { files, problems } = readManifestFiles([path], cwd);
      expect([files, problems.map(({ message }) => message)]).toEqual([
        [],
        [expect.stringMatching(/^linked is a symb/)],
      ]);
    }
    // Above it folders may be links, as /tmp is in places; what is named may not.
    const above = join(cwd, 'linked');
    expect(readManifestFiles([join(above, 'm')], join(cwd, 'real')).problems).toEqual([]);
    expect(readManifestFiles([above], join(cwd, 'real')).problems).toMatchObject([
      { message: expect.stringMatching(/^this is a symbolic link/) },
    ]);
  });

  it('drops a byte-order mark', () => {
    write('m/a.yaml', '\uFEFFa: 1\n');
    expect(readManifestFiles(['m'], cwd).files[0]?.text).toBe('a: 1\n');
  });

  it.each([65_535, 65_536, 65_537, 200_000])('reads all of a file of %i bytes', (size) => {
    const text = `a: ${'x'.repeat(size - 4)}\n`;
    write('m/a.yaml', text);
    write('m/b.yaml', 'b: 1\n');
    write('m/c.yaml', `c: ${'\u00e9'.repeat((size - 4) / 2)}\n`);
    const texts = readManifestFiles(['m'], cwd).files.map((file) => file.text);
    expect(texts).toEqual([text, 'b: 1\n', `c: ${'\u00e9'.repeat((size - 4) / 2)}\n`]);
  });

  it('reports what cannot be read, and reads the rest', () => {
    write('m/a.yaml');
    write('m/b.yaml', Buffer.from([0x61, 0xff]));
    write('m/c.yaml', Buffer.from([0xff, 0xfe, 0x61, 0x00]));
    write('m/d.yaml', Buffer.from([0x61, 0x00]));
    symlinkSync('nowhere', join(cwd, 'm', 'e.yaml'));
    const { files, problems } = readManifestFiles(['m'], cwd);
    expect(files.map((file) => file.name)).toEqual(['m/a.yaml']);
    expect(problems.map((problem) => [problem.place.file.name, problem.message])).toEqual([
      ['m/e.yaml', expect.stringContaining('this is a symbolic link')],
      ['m/b.yaml', 'the file is not UTF-8 text: save it as UTF-8'],
      ['m/c.yaml', 'the file is UTF-16: save it as UTF-8'],
      ['m/d.yaml', 'the file is binary, not text'],
    ]);
  });

  it('reports files and folders that may not be read', () => {
    write('m/a.yaml');
    write('m/b/c.yaml');
    chmodSync(join(cwd, 'm/a.yaml'), 0);
    chmodSync(join(cwd, 'm/b'), 0);
    // What is in it can be listed, and no more.
    write('m/c/d/e.yaml');
    chmodSync(join(cwd, 'm/c'), 0o444);
    const { problems } = asNobody(cwd, () => readManifestFiles(['m'], cwd));
    chmodSync(join(cwd, 'm/b'), 0o700);
    chmodSync(join(cwd, 'm/c'), 0o700);
    expect(problems.map((problem) => problem.message)).toEqual([
      'the folder cannot be read: permission denied',
      'the folder cannot be read: permission denied',
      'the file cannot be read: permission denied',
    ]);
  });

  it.each([
    [['nope', 'neither'], 'no such file or directory: nope, neither'],
    [['empty'], 'no manifests (*.yaml, *.yml) in empty'],
  ])('says for %j: %s', (paths, message) => {
    mkdirSync(join(cwd, 'empty'));
    expect(() => readManifestFiles(paths, cwd)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message }));
  });
});

/** Root may read everything: there the folder is read as a user who may not. */
function asNobody<T>(cwd: string, read: () => T): T {
  if (process.geteuid?.() !== 0 || process.seteuid === undefined) return read();
  chmodSync(cwd, 0o755);
  process.seteuid(65_534);
  try {
    return read();
  } finally {
    process.seteuid(0);
  }
}
