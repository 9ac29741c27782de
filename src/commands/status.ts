import { defineCommand } from '../cli/command-line/define-command.ts';
import { FORMAT, TARGETS } from '../cli/command-line/options.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'show how old each credential is, and when it is rotated next',
  options: { ...TARGETS, ...FORMAT },
  examples: ["grantry status -t 'prod-*'"],
  run: async (options, io) => (await import('./run/status.ts')).runStatus(options, io),
});
