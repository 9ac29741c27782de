import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handMadeRealm } from '../../support/estates/hand-made-realm.ts';
import { ImportSite } from '../../support/estates/imported-site.ts';
import type { MadeClient } from '../../support/estates/made-realm.ts';

const importReport = z.object({
  imported: z.array(z.object({ address: z.string(), id: z.string() })),
  leftOut: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string() })),
});
const planReport = z.object({
  changes: z.array(
    z.object({
      op: z.string(),
      address: z.string(),
      fields: z.array(z.looseObject({ path: z.array(z.string()) })),
    }),
  ),
  conflicts: z.array(z.unknown()),
});

const IMPORT = ['import', '-t', 'dev', '--owner-from', 'attributes.team', '--format', 'json'];
const ADOPT = ['--adopt', 'Client/*', '--adopt', 'Api/*'];

/** What an adoption is: the stack, the name and the owner are noted. */
const MARKS: ReadonlySet<string> = new Set(['stack', 'name', 'owner']);

let site: ImportSite;
afterEach(() => site.close());

/** Imports all that manifests can say; all else is left out for the reason that it was made for. */
async function importEverything(made: readonly MadeClient[]): Promise<void> {
  const { stdout } = await site.run(...IMPORT);
  const { leftOut } = importReport.parse(JSON.parse(stdout));
  const reasons = leftOut.flatMap(({ kind, id, reason }) => (kind === 'Client' ? [[id, reason] as const] : []));
  const expected = made.flatMap(({ clientId, leftOutFor }) =>
    leftOutFor === undefined ? [] : [[clientId, leftOutFor] as const],
  );
  expect(Object.fromEntries(reasons)).toEqual({ ...Object.fromEntries(expected), grantry: 'own-account' });
  expect(site.keycloak.writes()).toEqual([]);
}

/** The plan of it all shows adoptions, and not a single field that would be another one. */
async function planAdoption(): Promise<void> {
  const { stdout } = await site.run('plan', '-t', 'dev', ...ADOPT, '--format', 'json');
  const { changes, conflicts } = planReport.parse(JSON.parse(stdout));
  expect(conflicts).toEqual([]);
  const changed = changes.flatMap(({ op, address, fields }) => {
    const others = fields.filter(({ path: [head = ''] }) => !MARKS.has(head));
    return op === 'adopt' && others.length === 0 ? [] : [{ op, address, others }];
  });
  expect(changed).toEqual([]);
}

async function adoptEverything(): Promise<void> {
  const { code, stdout } = await site.run('apply', '-t', 'dev', '--auto-approve', ...ADOPT);
  expect({ code, failed: /^.*✗.*$/m.exec(stdout)?.[0] }).toEqual({ code: 0, failed: undefined });
}

/** A second import writes nothing, and nothing is left to be changed. */
async function expectRest(): Promise<void> {
  const files = site.files();
  const again = await site.run(...IMPORT);
  expect(importReport.parse(JSON.parse(again.stdout)).imported).toEqual([]);
  expect(site.files()).toEqual(files);
  const { code, stdout } = await site.run('plan', '-t', 'dev', '--detailed-exitcode');
  expect({ code, pending: code === 0 ? '' : stdout }).toEqual({ code: 0, pending: '' });
}

describe('a realm that was made by hand', () => {
  it.each([1, 2, 3, 4, 5])(
    'is imported and adopted, and every token is as it was before: seed %i',
    { timeout: 600_000 },
    async (seed) => {
      const made = handMadeRealm({ seed, clients: 24, hasIssuer: true });
      site = await ImportSite.open(made);
      const before = await site.tokens();
      await importEverything(made.clients);
      await planAdoption();
      await adoptEverything();
      expect(await site.tokens()).toEqual(before);
      await expectRest();
    },
  );
});

/** Milliseconds of a step. */
async function timed(step: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await step();
  return performance.now() - begun;
}

/** Of a machine that does nothing else it is half of that. */
const BOUND_MS = 240_000;

describe('three hundred clients that were made by hand', () => {
  it(
    'are imported, adopted and proven identical, with no request per client but for roles',
    { timeout: 1_200_000 },
    async () => {
      const made = handMadeRealm({ seed: 300, clients: 300, hasIssuer: true });
      site = await ImportSite.open(made);
      const before = await site.tokens();
      site.keycloak.reset();
      const times = {
        import: await timed(() => importEverything(made.clients)),
        plan: await timed(planAdoption),
        adopt: await timed(adoptEverything),
        prove: await timed(async () => expect(await site.tokens()).toEqual(before)),
      };
      expect(Object.values(times).reduce((sum, one) => sum + one)).toBeLessThan(BOUND_MS);
    },
  );
});
