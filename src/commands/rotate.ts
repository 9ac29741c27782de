import { defineCommand } from '../cli/command-line/define-command.ts';
import { count, flag } from '../cli/command-line/option.ts';
import { AUTO_APPROVE, FORMAT, PARALLELISM, TARGETS, WRITING } from '../cli/command-line/options.ts';

export const rotate = defineCommand({
  name: 'rotate',
  summary: 'give clients new credentials; the previous ones stay valid for a while, where the server can',
  arguments: '[client...]',
  options: {
    ...TARGETS,
    due: flag('--due', 'rotate every credential that is older than its policy says'),
    all: flag('--all', 'rotate every credential'),
    max: count('--max <n>', 'rotate at most so many', undefined),
    stagger: flag('--stagger', 'with --due: rotate some before they are due, so that not all are due on one day'),
    force: flag('--force', 'rotate inside an overlap too'),
    revokeNow: flag('--revoke-now', 'refuse the previous credentials as soon as the new one works'),
    ...AUTO_APPROVE,
    ...WRITING,
    ...FORMAT,
    ...PARALLELISM,
  },
  examples: [
    'grantry rotate -t prod order-service',
    'grantry rotate -t prod --due --max 50',
    'grantry rotate -t prod order-service --revoke-now',
  ],
  run: async (options, io) => (await import('./run/rotate.ts')).runRotate(options, io),
});
