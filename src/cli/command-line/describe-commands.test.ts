import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../commands/index.ts';
import { plan } from '../../commands/plan.ts';
import { schema } from '../../commands/schema.ts';
import { describeCommands } from './describe-commands.ts';

describe('describeCommands', () => {
  it('says all that a completion script needs to know', () => {
    const [described] = describeCommands([plan]);
    expect(described).toMatchObject({ name: 'plan', synopsis: 'plan -t TARGET' });
    const options = described?.options ?? [];
    expect(options.map(({ names }) => names)).toContainEqual(['-t', '--target']);
    expect(options).toContainEqual({
      names: ['--format'],
      value: '<format>',
      choices: ['text', 'json', 'markdown'],
      summary: 'how to write the result',
    });
    expect(options.find(({ names }) => names.includes('--check-store'))?.value).toBeUndefined();
    expect(describeCommands([schema])).toEqual([
      { name: 'schema', summary: schema.summary, synopsis: 'schema', options: [] },
    ]);
  });
});

describe('the commands of the README', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, table = ''] = /^\| command .*\n\|.*\n((?:\|.*\n)+)/m.exec(readme) ?? [];
  const rows = [...table.matchAll(/^\| `([^`]+)` +\| (.*) \|$/gm)].map(([, synopsis = '', text = '']) => ({
    synopsis,
    text,
  }));
  const described = describeCommands(COMMANDS);

  it('are all that there are, in the order of the help', () => {
    expect(rows.map(({ synopsis }) => synopsis)).toEqual(described.map(({ synopsis }) => synopsis));
  });

  it.each(rows)('$synopsis: has the options that are named', ({ synopsis, text }) => {
    const own = described.find((command) => command.synopsis === synopsis)?.options.flatMap(({ names }) => names);
    expect(own).toEqual(expect.arrayContaining(text.match(/--[a-z-]+/g) ?? []));
  });
});
