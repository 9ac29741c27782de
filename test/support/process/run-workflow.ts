/**
 * Runs the steps of a job as GitHub's runner does, as far as the workflow of `init` needs it: checkouts from folders,
 * scripts in bash, outcomes, conditions. Other actions do nothing.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { CLI, startProgram } from './cli.ts';

const step = z.object({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  if: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  'working-directory': z.string().optional(),
});
const workflow = z.object({
  env: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.object({ env: z.record(z.string(), z.string()), steps: z.array(step) })),
});
type Step = z.infer<typeof step>;

export interface JobRequest {
  /** The workflow, as YAML. */
  readonly text: string;
  readonly job: string;
  /** What is checked out, by `ref`; `event` is what the event is about. Other checkouts do nothing. */
  readonly folders: Readonly<Record<string, string>>;
  /** Goes before what the workflow sets. */
  readonly env: Readonly<Record<string, string>>;
}

export interface JobRun {
  /** Of each script, in their order. */
  readonly outcomes: readonly Outcome[];
  /** What was posted as a comment. */
  readonly comment: string | undefined;
  readonly output: string;
}

type Outcome = 'success' | 'failure' | 'skipped';

export async function runJob({ text, job, folders, env }: JobRequest): Promise<JobRun> {
  const { env: common, jobs } = workflow.parse(parse(text));
  const { steps = [], env: own = {} } = jobs[job] ?? {};
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'grantry-runner-')));
  const place = (name: string): string => join(root, name);
  for (const name of ['workspace', 'temp', 'bin']) mkdirSync(place(name));
  writePrograms(place('bin'), place('comment'));
  const outcomes = new Map<Step, Outcome>();
  let output = '';
  for (const each of steps) {
    checkOut(each, folders, place('workspace'));
    if (each.run === undefined) continue;
    if (!mayRun(each, outcomes)) {
      outcomes.set(each, 'skipped');
      continue;
    }
    writeFileSync(place('step.sh'), each.run);
    const { code, stdout, stderr } = await startProgram('bash', ['-e', place('step.sh')], {
      cwd: join(place('workspace'), each['working-directory'] ?? ''),
      env: {
        ...common,
        ...own,
        ...each.env,
        ...env,
        RUNNER_TEMP: place('temp'),
        PATH: `${place('bin')}:${process.env['PATH'] ?? ''}`,
      },
    }).done;
    outcomes.set(each, code === 0 ? 'success' : 'failure');
    output += `$ ${each.run}\n${stdout}${stderr}`;
  }
  const comment = existsSync(place('comment')) ? readFileSync(place('comment'), 'utf8') : undefined;
  rmSync(root, { recursive: true, force: true });
  return { outcomes: [...outcomes.values()], comment, output };
}

/** `gh` keeps the body of the comment that it is to post; `npm` does nothing. */
function writePrograms(bin: string, comment: string): void {
  const programs = {
    grantry: `exec '${process.execPath}' '${CLI}' "$@"`,
    npm: 'true',
    gh: `while [ "$1" != --body-file ]; do shift; done; cp "$2" '${comment}'`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
}

/** As actions/checkout does: a link that a checkout before made at its path is followed, and what lies there removed. */
function checkOut({ uses = '', with: settings = {} }: Step, folders: JobRequest['folders'], workspace: string): void {
  const { path = '', ref = 'event' } = settings;
  const from = folders[String(ref).replaceAll(/\$\{\{ *| *\}\}/g, '')];
  if (!uses.startsWith('actions/checkout@') || from === undefined) {
    if (typeof settings['path'] === 'string') mkdirSync(join(workspace, settings['path']), { recursive: true });
    return;
  }
  const target = join(workspace, String(path));
  mkdirSync(target, { recursive: true });
  const real = realpathSync(target);
  for (const name of readdirSync(real)) rmSync(join(real, name), { recursive: true });
  cpSync(from, real, { recursive: true, verbatimSymlinks: true });
}

/** Conditions of the form `${{ !cancelled() && steps.ID.outcome != 'skipped' }}`; without one, all before went well. */
function mayRun({ if: condition }: Step, outcomes: ReadonlyMap<Step, Outcome>): boolean {
  if (condition === undefined) return [...outcomes.values()].every((outcome) => outcome === 'success');
  const [, id] = /^\$\{\{ !cancelled\(\) && steps\.(\w+)\.outcome != 'skipped' \}\}$/.exec(condition) ?? [];
  if (id === undefined) throw new Error(`the condition ${condition} is not understood here`);
  return [...outcomes].some(([step, outcome]) => step.id === id && outcome !== 'skipped');
}
