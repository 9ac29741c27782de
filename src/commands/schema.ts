import { defineCommand } from '../cli/command-line/define-command.ts';

export const schema = defineCommand({
  name: 'schema',
  summary: 'print the JSON Schema of manifests, for editors',
  options: {},
  examples: ['grantry schema > manifest.schema.json'],
  run: async (_, io) => (await import('./run/schema.ts')).runSchema(io),
});
