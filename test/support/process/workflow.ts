/** The workflows of GitHub Actions under examples/, as far as tests look at them. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';

const step = z.object({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const job = z.object({
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.string()),
  env: z.record(z.string(), z.string()),
  steps: z.array(step),
});
const workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.object({}).strict(),
  concurrency: z.object({ group: z.string(), 'cancel-in-progress': z.boolean() }).optional(),
  env: z.record(z.string(), z.string()).optional(),
  jobs: z.record(z.string(), job),
});
export type Workflow = z.infer<typeof workflow>;
export type WorkflowStep = z.infer<typeof step>;

/** A file under examples/. */
export function readExample(path: string): string {
  return readFileSync(new URL(`../../../examples/${path}`, import.meta.url), 'utf8');
}

export function readWorkflow(path: string): Workflow {
  return workflow.parse(parse(readExample(path)));
}

/** The step of this name, in whichever job. */
export function stepNamed({ jobs }: Workflow, name: string): WorkflowStep {
  const found = Object.values(jobs).flatMap(({ steps }) => steps.filter((step) => step.name === name));
  if (found[0] === undefined) throw new Error(`the workflow has no step "${name}"`);
  return found[0];
}
