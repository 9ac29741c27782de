import { defineCommand } from '../cli/command-line/define-command.ts';
import { flag, list, text } from '../cli/command-line/option.ts';
import { ADOPT, CHECK_STORE, FORMAT, TARGETS } from '../cli/command-line/options.ts';

export const plan = defineCommand({
  name: 'plan',
  summary: 'read a target and print what must change; writes nothing',
  options: {
    ...TARGETS,
    out: text('--out <file>', 'save the plan'),
    detailedExitcode: flag('--detailed-exitcode', 'exit with 2 when changes are pending'),
    ...CHECK_STORE,
    only: list('--only <address>', 'plan only these addresses, or globs of them, and no deletes; may be repeated'),
    changedSince: text(
      '--changed-since <ref>',
      'plan only what the manifests say otherwise than at this commit of git',
    ),
    ...ADOPT,
    ...FORMAT,
  },
  examples: [
    'grantry plan -t dev',
    "grantry plan -t 'prod-*' --detailed-exitcode",
    'grantry plan -t prod --out plan.json',
  ],
  run: async (options, io) => (await import('./run/plan.ts')).runPlan(options, io),
});
