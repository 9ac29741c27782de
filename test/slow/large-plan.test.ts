import { renderPlan } from '../support/bench/field-words.ts';
import { expect, test } from 'vitest';
import type { Change } from '../../src/model/plan.ts';
import { makeStyle } from '../../src/report/index.ts';
import { repeatChanges } from '../support/bench/plan-arbitraries.ts';
import { access, createClient, deleteClient, deliverClient, planOf, updateClient } from '../support/bench/plans.ts';

test('100,000 changes take seconds', { timeout: 180_000 }, () => {
  const grant = access({ inventory: { scopes: ['inventory:read'] } });
  // Few fields, for it is the rendering that is to be linear.
  const small: Change[] = [
    { ...createClient('new'), after: grant },
    { ...updateClient('some', {}, {}), before: { tokenLifetime: 60 }, after: { tokenLifetime: 300 } },
    { ...deleteClient('old'), before: grant },
    deliverClient('again', 'missing'),
  ];
  const plan = planOf(repeatChanges(small, 100_000));
  const begun = process.cpuUsage();
  expect(renderPlan(plan, { format: 'text', style: makeStyle({ color: true, unicode: true }) }).length).toBeGreaterThan(
    10_000_000,
  );
  expect(
    renderPlan(plan, { format: 'json', style: makeStyle({ color: false, unicode: true }) }).length,
  ).toBeGreaterThan(10_000_000);
  // A quadratic step would take hours; the rest is for a busy machine.
  expect(process.cpuUsage(begun).user / 1_000_000).toBeLessThan(40);
});
