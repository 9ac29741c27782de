// The list of guards and of the tests that miss them, a section per source file. A run writes the sections of its files anew.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const HEAD = `# Guards, and the tests that miss them

Written by \`npm run mutants -- src --list docs/notes/guards.md\`, which takes the guards of the source out, one by one, and runs
the tests that come to them. A guard is a condition that refuses, a part of one that asks whose something is, a call that
asserts, or one that cleans a text. A line says what was taken out, and which test failed then. None found: among the tests that
were asked; with \`--quick\` or \`--tests\` that is not all of them, and \`--left\` asks the others about these. A file that
has no section was not tried yet.
`;
const NO_TEST = '**none found**';

/** Writes down each guard of these files: which test missed it, or why none has to. */
export function writeList(path, files, results) {
  const sections = new Map(existsSync(path) ? sectionsIn(readFileSync(path, 'utf8')) : []);
  for (const file of files) sections.delete(file);
  for (const { file, ...guard } of results) {
    sections.set(file, [...(sections.get(file) ?? []), lineOf(guard)]);
  }
  const body = [...sections]
    .filter(([file]) => existsSync(file))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([file, lines]) => `\n## ${file}\n\n${lines.join('\n')}\n`);
  writeFileSync(path, HEAD + body.join(''));
}

/** To be asked for each guard in turn: the test that a list says has missed it; undefined where it says none. */
export function readList(path) {
  const sections = new Map(existsSync(path) ? sectionsIn(readFileSync(path, 'utf8')) : []);
  return ({ file, ...guard }) => {
    const start = `${subjectOf(guard)}: `;
    const lines = sections.get(file) ?? [];
    const index = lines.findIndex((each) => each.startsWith(start));
    // Another of the same text has the next line.
    const killer = index === -1 ? undefined : lines.splice(index, 1)[0].slice(start.length);
    return killer === undefined || killer.startsWith(NO_TEST) ? undefined : killer;
  };
}

function sectionsIn(text) {
  return text
    .split('\n## ')
    .slice(1)
    .map((section) => {
      const [file, ...lines] = section.split('\n');
      return [file, lines.filter((line) => line !== '')];
    });
}

function lineOf({ killer, why, ...guard }) {
  return `${subjectOf(guard)}: ${killer ?? `${NO_TEST}${why === undefined ? '' : `: ${why}`}`}`;
}

function subjectOf({ text, out }) {
  return `- ${code(shortened(text))} ${out === 'nothing' ? 'left out' : `→ ${out}`}`;
}

/** As code in Markdown, whatever quotes it holds. */
function code(text) {
  if (!text.includes('`')) return `\`${text}\``;
  return /^`|`$/.test(text) ? `\`\` ${text} \`\`` : `\`\`${text}\`\``;
}

function shortened(text) {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
