import { defineCommand } from '../cli/command-line/define-command.ts';
import { FORMAT, PARALLELISM, TARGETS } from '../cli/command-line/options.ts';

export const verify = defineCommand({
  name: 'verify',
  summary: 'prove with real tokens what clients can do, from the credentials in the store',
  arguments: '[client...]',
  options: { ...TARGETS, ...FORMAT, ...PARALLELISM },
  examples: ['grantry verify -t prod', 'grantry verify -t prod order-service'],
  run: async (options, io) => (await import('./run/verify.ts')).runVerify(options, io),
});
