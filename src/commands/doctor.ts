import { defineCommand } from '../cli/command-line/define-command.ts';
import { choices } from '../cli/command-line/option.ts';
import { FORMAT, TARGETS } from '../cli/command-line/options.ts';
import { PURPOSES } from '../model/check.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'look what is missing for the other commands, and say which commands mend it; writes nothing',
  options: {
    ...TARGETS,
    for: choices('--for <purpose>', 'show only what this command needs; may be repeated', PURPOSES),
    ...FORMAT,
  },
  examples: ['grantry doctor -t dev', 'grantry doctor -t prod --for plan --for verify'],
  run: async (options, io) => (await import('./run/doctor.ts')).runDoctor(options, io),
});
