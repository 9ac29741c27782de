import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { makeStyle, renderPlan } from '../../src/report/index.ts';

/**
 * Every folder holds a plan (and notices, one a line) and what it looks like. A new case is a new folder with a
 * `plan.json`; `UPDATE_GOLDEN=1` writes the rest, which is then to be read before it is committed.
 */
const FOLDER = fileURLToPath(new URL('plans/', import.meta.url));
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

const RENDERINGS = {
  'plan.txt': { format: 'text', style: makeStyle({ color: false, unicode: true }) },
  'plan.ascii.txt': { format: 'text', style: makeStyle({ color: false, unicode: false }) },
  'comment.md': { format: 'markdown', style: makeStyle({ color: false, unicode: true }) },
  'report.json': { format: 'json', style: makeStyle({ color: false, unicode: true }) },
} as const;

describe.each(readdirSync(FOLDER))('plan %s', (name) => {
  const folder = `${FOLDER}${name}/`;
  const plan: Plan = JSON.parse(readFileSync(`${folder}plan.json`, 'utf8'));
  const notices = existsSync(`${folder}notices.txt`)
    ? readFileSync(`${folder}notices.txt`, 'utf8').trimEnd().split('\n')
    : [];

  test.each(Object.entries(RENDERINGS))('looks like %s', (file, options) => {
    const rendering = renderPlan(plan, { ...options, notices });
    if (UPDATE) writeFileSync(folder + file, rendering);
    expect(rendering).toBe(readFileSync(folder + file, 'utf8'));
  });
});
