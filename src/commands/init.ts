import { defineCommand } from '../cli/command-line/define-command.ts';

export const init = defineCommand({
  name: 'init',
  summary: 'write a first set of manifests, an age key and a CI workflow',
  options: {},
  examples: [],
  run: async (_, io) => (await import('./run/init.ts')).runInit(io),
});
