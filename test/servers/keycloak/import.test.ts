import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handMadeRealm } from '../../support/estates/hand-made-realm.ts';
import { ImportSite } from '../../support/estates/imported-site.ts';
import type { MadeClient } from '../../support/estates/made-realm.ts';

const importReport = z.object({
  imported: z.array(z.object({ address: z.string(), id: z.string() })),
  leftOut: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string(), why: z.string() })),
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

const IMPORT = ['import', '-t', 'dev', '--owner-from', 'attributes.team'];
/** What an adoption is: the stack, the name and the owner are noted. */
const MARKS = new Set(['stack', 'name', 'owner']);
const ADOPT = ['--adopt', 'Client/*', '--adopt', 'Api/*'];

let site: ImportSite;
afterEach(() => site.close());

/** Why clients of a realm are left out, by client_id. */
function reasonsIn(clients: readonly MadeClient[]): Record<string, string> {
  return Object.fromEntries(
    clients.flatMap(({ clientId, leftOutFor, isEnabled }) =>
      leftOutFor === undefined && isEnabled ? [] : [[clientId, leftOutFor ?? 'differs']],
    ),
  );
}

/** Imports, plans and adopts: `before` and after it every token is the same. */
async function adoptEverything(made: readonly MadeClient[]): Promise<Record<string, number>> {
  const begun = performance.now();
  const imported = await site.run(...IMPORT, '--format', 'json');
  const { leftOut } = importReport.parse(JSON.parse(imported.stdout));
  const clients = leftOut.filter(({ kind, id }) => kind === 'Client' && id !== 'grantry');
  expect(Object.fromEntries(clients.map(({ id, reason }) => [id, reason]))).toEqual(reasonsIn(made));
  expect(site.keycloak.writes()).toEqual([]);
  console.log(site.keycloak.requests.length);
  const imp = performance.now();
  const planned = await site.run('plan', '-t', 'dev', ...ADOPT, '--format', 'json');
  const { changes, conflicts } = planReport.parse(JSON.parse(planned.stdout));
  expect(conflicts).toEqual([]);
  const changed = changes.flatMap(({ op, address, fields }) => {
    const others = fields.filter(({ path: [head = ''] }) => !MARKS.has(head));
    return op === 'adopt' && others.length === 0 ? [] : [{ op, address, others }];
  });
  expect(changed).toEqual([]);
  const plann = performance.now();
  const applied = await site.run('apply', '-t', 'dev', '--auto-approve', ...ADOPT);
  expect({ code: applied.code, failed: /^.*✗.*$/m.exec(applied.stdout)?.[0] }).toEqual({ code: 0, failed: undefined });
  return { import: imp - begun, plan: plann - imp, apply: performance.now() - plann };
}

describe('a realm that was made by hand', () => {
  it.each([1, 2, 3, 4, 5])(
    'is imported and adopted, and every token is as it was before: seed %i',
    { timeout: 600_000 },
    async (seed) => {
      const made = handMadeRealm({ seed, clients: 24, hasIssuer: true });
      site = await ImportSite.open(made);
      const before = await site.tokens();
      await adoptEverything(made.clients);
      expect(await site.tokens()).toEqual(before);

      const files = site.files();
      site.keycloak.reset();
      const again = await site.run(...IMPORT, '--format', 'json');
      expect(importReport.parse(JSON.parse(again.stdout)).imported).toEqual([]);
      expect(site.files()).toEqual(files);
      const { code, stdout } = await site.run('plan', '-t', 'dev', '--detailed-exitcode');
      expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
    },
  );
});

describe('three hundred clients that were made by hand', () => {
  it('are imported, adopted and proven identical in under two minutes', { timeout: 1_200_000 }, async () => {
    const made = handMadeRealm({ seed: 300, clients: 300, hasIssuer: true });
    site = await ImportSite.open(made);
    const before = await site.tokens();
    site.keycloak.reset();
    const times = await adoptEverything(made.clients);
    const proving = performance.now();
    expect(await site.tokens()).toEqual(before);
    const all = { ...times, prove: performance.now() - proving };
    console.log(all, Object.keys(before).length);
  });
});
