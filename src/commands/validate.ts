import { defineCommand } from '../cli/command-line/define-command.ts';
import { FORMAT, MANIFESTS } from '../cli/command-line/options.ts';

export const validate = defineCommand({
  name: 'validate',
  summary: 'check manifests offline, for all targets',
  options: { ...MANIFESTS, ...FORMAT },
  examples: ['grantry validate', 'grantry validate --manifests platform --manifests teams'],
  run: async (options, io) => (await import('./run/validate.ts')).runValidate(options, io),
});
