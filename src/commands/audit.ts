import { defineCommand } from '../cli/command-line/define-command.ts';
import { text } from '../cli/command-line/option.ts';
import { FORMAT } from '../cli/command-line/options.ts';

export const audit = defineCommand({
  name: 'audit',
  summary: 'check that nothing was changed in an audit log: grantry audit verify FILE',
  arguments: '<action> <file>',
  options: {
    head: text('--head <hash>', 'the head that an earlier check showed: it must still be in the log'),
    ...FORMAT,
  },
  examples: ['grantry audit verify audit.jsonl'],
  run: async (options, io) => (await import('./run/audit.ts')).runAudit(options, io),
});
