import { defineCommand } from '../cli/command-line/define-command.ts';
import { text } from '../cli/command-line/option.ts';
import { FORMAT, PARALLELISM, TARGETS } from '../cli/command-line/options.ts';

export const verify = defineCommand({
  name: 'verify',
  summary: 'prove with real tokens what clients can do, from the credentials in the store',
  arguments: '[client...]',
  options: {
    ...TARGETS,
    assertionFrom: text(
      '--assertion-from <place>',
      'a token of a workload, env:NAME or file:PATH, to log in with as its client',
    ),
    ...FORMAT,
    ...PARALLELISM,
  },
  examples: [
    'grantry verify -t prod',
    'grantry verify -t prod order-service',
    'grantry verify -t prod order-service --assertion-from env:ID_TOKEN',
  ],
  run: async (options, io) => (await import('./run/verify.ts')).runVerify(options, io),
});
