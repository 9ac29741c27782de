/** The law of import on the emulator: what it writes is adopted without a changed field, and no token becomes another one. */
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handMadeTenant } from '../support/auth0/estates/hand-made-tenant.ts';
import type { MadeTenant } from '../support/auth0/estates/made-tenant.ts';
import { TenantSite } from '../support/auth0/estates/tenant-site.ts';
import { tokensOf } from '../support/auth0/estates/tokens-of.ts';

const importReport = z.object({
  imported: z.array(z.object({ address: z.string(), id: z.string() })),
  leftOut: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string(), why: z.string() })),
});
const planReport = z.object({
  changes: z.array(
    z.object({ op: z.string(), address: z.string(), fields: z.array(z.looseObject({ path: z.array(z.string()) })) }),
  ),
  conflicts: z.array(z.unknown()),
});

const IMPORT = ['import', '-t', 'dev', '--owner-from', 'client_metadata.team'];
const ADOPT = ['--adopt', 'Client/*', '--adopt', 'Api/*'];
/** What an adoption is: the stack, the name and the owner are noted. */
const MARKS = new Set(['stack', 'name', 'owner']);

let site: TenantSite;
afterEach(() => site.close());

/** What the report must say of each application, by client_id. */
function fates({ applications, emulator }: TenantSite): Record<string, string> {
  return Object.fromEntries([
    [emulator.clientId, 'own-account'],
    ...applications.flatMap(({ id, fate }): [string, string][] =>
      fate === null ? [] : [[id, fate === 'imported' ? fate : fate.reason]],
    ),
  ]);
}

async function importAll(): Promise<z.infer<typeof importReport>> {
  const { code, stdout, stderr } = await site.run(...IMPORT, '--format', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(site.emulator.writes().filter(({ path }) => path !== '/oauth/token')).toEqual([]);
  return importReport.parse(JSON.parse(stdout));
}

/** Imports, plans and adopts. */
async function adoptAll(made: MadeTenant): Promise<void> {
  const { imported, leftOut } = await importAll();
  const said = [
    ...imported.map(({ id, address }) => [id, address.startsWith('Client/') ? 'imported' : 'api']),
    ...leftOut.map(({ id, reason }) => [id, reason]),
  ];
  const apis = made.apis.map(({ body, leftOutFor }) => [body.identifier, leftOutFor ?? 'api']);
  expect(Object.fromEntries(said)).toEqual({ ...Object.fromEntries(apis), ...fates(site) });
  const planned = planReport.parse(
    JSON.parse((await site.run('plan', '-t', 'dev', ...ADOPT, '--format', 'json')).stdout),
  );
  expect(planned.conflicts).toEqual([]);
  const changed = planned.changes.flatMap(({ op, address, fields }) => {
    const others = fields.filter(({ path: [head = ''] }) => !MARKS.has(head));
    return op === 'adopt' && others.length === 0 ? [] : [{ op, address, others }];
  });
  expect(changed).toEqual([]);
  const applied = await site.run('apply', '-t', 'dev', '--auto-approve', ...ADOPT);
  expect({
    code: applied.code,
    failed: /^.*✗.*$/m.exec(applied.stdout)?.[0],
    stderr: applied.code === 0 ? '' : applied.stderr,
  }).toEqual({ code: 0, failed: undefined, stderr: '' });
}

describe('a tenant that was made by hand', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'is imported and adopted, and nothing of it becomes other: seed %i',
    async (seed) => {
      const made = handMadeTenant({ seed, apis: 8, applications: 24 });
      site = await TenantSite.open(made);
      const before = { tenant: site.unmarked(), tokens: await tokensOf(site.emulator, site.applications) };
      site.emulator.reset();
      await adoptAll(made);
      expect(site.unmarked()).toEqual(before.tenant);
      expect(await tokensOf(site.emulator, site.applications)).toEqual(before.tokens);

      const files = site.files();
      site.emulator.reset();
      expect((await importAll()).imported).toEqual([]);
      expect(site.files()).toEqual(files);
      expect(await site.run('plan', '-t', 'dev', '--detailed-exitcode')).toMatchObject({ code: 0 });
    },
  );
});
