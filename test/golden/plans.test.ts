import { renderPlan } from '../support/bench/field-words.ts';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { makeStyle } from '../../src/report/index.ts';
import { planOfCase } from '../support/bench/plan-case.ts';

/**
 * Every folder is a plan and what it looks like. A new case is a new folder with `manifests/` and, where the target is not
 * empty, `actual.yaml` (see `plan-case.ts`); or, for what no manifests lead to, with the plan itself in `plan.json`, and
 * notices, one a line. `UPDATE_GOLDEN=1` writes the rest, which is then to be read before it is committed.
 */
const FOLDER = fileURLToPath(new URL('plans/', import.meta.url));
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const CASES = readdirSync(FOLDER, { withFileTypes: true }).flatMap((each) => (each.isDirectory() ? [each.name] : []));

const RENDERINGS = {
  'plan.txt': { format: 'text', style: makeStyle({ color: false, unicode: true }) },
  'plan.ascii.txt': { format: 'text', style: makeStyle({ color: false, unicode: false }) },
  'comment.md': { format: 'markdown', style: makeStyle({ color: false, unicode: true }) },
  'report.json': { format: 'json', style: makeStyle({ color: false, unicode: true }) },
} as const;

describe.each(CASES)('plan %s', (name) => {
  const folder = `${FOLDER}${name}/`;
  let plan: Plan;
  let notices: readonly string[];
  beforeAll(async () => {
    ({ plan, notices } = existsSync(`${folder}manifests`) ? await planOfCase(folder) : readPlan(folder));
  });

  test.each(Object.entries(RENDERINGS))('looks like %s', (file, options) => {
    const rendering = renderPlan(plan, { ...options, notices });
    if (UPDATE) writeFileSync(folder + file, rendering);
    expect(rendering).toBe(readFileSync(folder + file, 'utf8'));
  });
});

function readPlan(folder: string): { readonly plan: Plan; readonly notices: readonly string[] } {
  const plan: Plan = JSON.parse(readFileSync(`${folder}plan.json`, 'utf8'));
  const file = `${folder}notices.txt`;
  return { plan, notices: existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [] };
}
