import { defineCommand } from '../cli/command-line/define-command.ts';
import { choice, flag, list, text } from '../cli/command-line/option.ts';
import { FORMAT, TARGETS } from '../cli/command-line/options.ts';

/** Its name is a word of the language that it is written in. */
export const importCommand = defineCommand({
  name: 'import',
  summary: 'write manifests of what is there already; reads the provider of one target, and changes nothing there',
  options: {
    ...TARGETS,
    select: list(
      '--select <glob>',
      'only clients with such a client_id, and the Apis that they may call; may be repeated',
    ),
    out: text('--out <dir>', 'where the manifests are written (default: the first folder of --manifests)'),
    ownerFrom: text('--owner-from <path>', 'where owners are noted at the provider, such as attributes.team'),
    split: choice('--split <by>', 'a file for each', ['owner', 'client', 'one']),
    check: flag('--check', 'write nothing; fail where a client is neither declared nor ignored by the Target'),
    deliver: flag('--deliver', 'have the credentials that are in force delivered to the store'),
    ...FORMAT,
  },
  examples: [
    'grantry import -t dev --owner-from attributes.team',
    "grantry import -t prod --select 'billing-*' --out manifests/billing",
    'grantry import -t prod --check',
  ],
  run: async (options, io) => (await import('./run/import.ts')).runImport(options, io),
});
