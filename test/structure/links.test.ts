/** Documents name only what is there: their links, the headings that these lead to, and the paths of files that they mention. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = [
  ...readdirSync(ROOT),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => join('docs', file)),
].filter((file) => file.endsWith('.md'));
const FOLDERS = 'src|demo|test|docs|examples|bench|scripts|schema|manifests';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const withoutBlocks = (text: string): string => text.replaceAll(/^```.*?^```$/gms, '');

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  return existsSync(join(ROOT, file)) && (anchor === undefined || anchorsOf(read(file)).includes(anchor));
}

describe.each(PAGES)('%s', (page) => {
  const text = withoutBlocks(read(page));

  it('holds no mark of a merge, as git or the formatter leaves it', () => {
    expect(text.match(/^(<{7}|>{7}|(> ){6}>) .*$/gm) ?? []).toEqual([]);
  });

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !/^[a-z]+:/.test(link) && !isThere(page, link))).toEqual([]);
  });

  it('names paths of files and folders that are there', () => {
    const paths = [...text.matchAll(new RegExp(`\`((?:${FOLDERS})/[^\`\\s]*)\``, 'g'))].map(([, path = '']) => path);
    // NAME stands for any name.
    expect(paths.filter((path) => !/NAME|\*/.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

it.each(['src', 'src/engine', 'test'])('docs/architecture.md has a line for each folder of %s', (parent) => {
  const text = read('docs/architecture.md');
  const folders = readdirSync(join(ROOT, parent), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => `\`${parent}/${name}/\``).filter((path) => !text.includes(path))).toEqual([]);
});
