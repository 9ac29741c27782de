import { defineCommand } from '../cli/command-line/define-command.ts';
import { flag, flagOff, list } from '../cli/command-line/option.ts';
import {
  ADOPT,
  AUTO_APPROVE,
  CHECK_STORE,
  FORMAT,
  PARALLELISM,
  TARGETS,
  WRITING,
} from '../cli/command-line/options.ts';

export const apply = defineCommand({
  name: 'apply',
  summary: 'make a target as the manifests say, deliver credentials, and prove what changed',
  arguments: '[plan]',
  options: {
    ...TARGETS,
    ...AUTO_APPROVE,
    proof: flagOff('--no-proof', 'leave the proof by tokens to verify'),
    ...CHECK_STORE,
    ...ADOPT,
    overrideGuard: list('--override-guard <name>', 'ignore a guard this time; may be repeated'),
    purgeStore: flag('--purge-store', "destroy the store's documents of deleted clients"),
    ...WRITING,
    ...FORMAT,
    ...PARALLELISM,
  },
  examples: [
    'grantry apply -t dev',
    'grantry apply -t prod plan.json --auto-approve',
    'grantry apply -t prod --adopt Client/order-service',
  ],
  run: async (options, io) => (await import('./run/apply.ts')).runApply(options, io),
});
