import { DEMO_PROVIDERS, runDemo } from '../../demo/demo.ts';
import { defineCommand } from '../cli/command-line/define-command.ts';
import { choice, flag } from '../cli/command-line/option.ts';

export const demo = defineCommand({
  name: 'demo',
  summary: 'show the whole story on a throw-away Keycloak and Vault, or on an emulated Auth0',
  options: {
    provider: choice('--provider <kind>', 'whose servers: keycloak, or an emulated tenant of auth0', DEMO_PROVIDERS),
    import: flag('--import', 'tell the story of a realm that people made by hand, and that is imported and adopted'),
    keep: flag('--keep', 'leave the servers running at the end'),
  },
  examples: ['grantry demo --keep', 'grantry demo --import', 'grantry demo --provider auth0'],
  run: runDemo,
});
