import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { checkSources } from '../../test/support/check-sources.ts';
import { TEMPLATES, WORKFLOW } from '../commands/run/init-files.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const BLOCKS = [...README.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);

it('the manifest on one page of the README is valid as it stands', () => {
  const [text = ''] = BLOCKS.filter((block) => block.startsWith('apiVersion: grantry/v1'));
  const { findings, apis, clients, targets } = checkSources([{ name: 'README.md', text }]);
  expect(findings).toEqual([]);
  expect([apis.length, clients.length, targets.length]).toEqual([1, 1, 1]);
});

it('the README shows the workflow that init writes', () => {
  expect(BLOCKS).toContain(WORKFLOW);
});

it('the workflow of init keeps no secret at GitHub, and both jobs may ask for an id token', () => {
  expect(WORKFLOW).not.toMatch(/secrets\s*[.[]/);
  expect(WORKFLOW.match(/id-token: write/g)).toHaveLength(2);
});

it('the workflow of init plans with an account of its own, with the Targets of the base branch', () => {
  const { jobs } = z.object({ jobs: z.object({ plan: z.unknown(), apply: z.unknown() }) }).parse(parse(WORKFLOW));
  const [plan, apply] = [JSON.stringify(jobs.plan), JSON.stringify(jobs.apply)];
  expect(plan).not.toMatch(/APPLY|grantry-apply/);
  expect(apply).not.toMatch(/PLAN|grantry-plan/);
  expect(plan.match(/grantry (validate|plan) [^"]*/g)).toEqual([
    expect.stringContaining('--targets ../base/manifests/targets'),
    expect.stringContaining('--targets ../base/manifests/targets'),
  ]);
  // Whatever its Target takes from the environment is there.
  const target = TEMPLATES.find(({ path }) => path === 'manifests/targets/dev.yaml')?.text ?? '';
  const names = [...target.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => name);
  expect(names).toHaveLength(2);
  for (const name of names) for (const job of [plan, apply]) expect(job).toContain(`"${name}":`);
});
