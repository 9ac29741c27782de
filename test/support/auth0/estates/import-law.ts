/** The steps of the law of import: what is written is adopted without a changed field, and everything is as it was. */
import { expect } from 'vitest';
import { z } from 'zod';
import type { MadeTenant } from './made-tenant.ts';
import type { TenantSite } from './tenant-site.ts';

const importReport = z.object({
  imported: z.array(z.object({ address: z.string(), id: z.string() })),
  leftOut: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string(), why: z.string() })),
});
export type ImportReport = z.infer<typeof importReport>;
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

/** What the report must say of each application, by client_id. */
function fates({ applications, emulator }: TenantSite): Record<string, string> {
  return Object.fromEntries([
    [emulator.clientId, 'own-account'],
    ...applications.flatMap(({ id, fate }): [string, string][] =>
      fate === null ? [] : [[id, fate === 'imported' ? fate : fate.reason]],
    ),
  ]);
}

/** Imports everything; nothing may be written to the tenant. */
export async function importAll(site: TenantSite): Promise<ImportReport> {
  const { code, stdout, stderr } = await site.run(...IMPORT, '--format', 'json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(site.emulator.writes()).toEqual([]);
  return importReport.parse(JSON.parse(stdout));
}

/** Holds a report against what was made. */
export function expectFates(site: TenantSite, { imported, leftOut }: ImportReport, made: MadeTenant): void {
  const said = [
    ...imported.map(({ id, address }) => [id, address.startsWith('Client/') ? 'imported' : 'api']),
    ...leftOut.map(({ id, reason }) => [id, reason]),
  ];
  const apis = made.apis.map(({ body, leftOutFor }) => [body.identifier, leftOutFor ?? 'api']);
  expect(Object.fromEntries(said)).toEqual({ ...Object.fromEntries(apis), ...fates(site) });
}

/** A plan that shows adoptions alone, and apply. */
export async function adoptAll(site: TenantSite): Promise<void> {
  const planned = planReport.parse(
    JSON.parse((await site.run('plan', '-t', 'dev', ...ADOPT, '--format', 'json')).stdout),
  );
  expect(planned.conflicts).toEqual([]);
  const changed = planned.changes.flatMap(({ op, address, fields }) => {
    const others = fields.filter(({ path: [head = ''] }) => !MARKS.has(head));
    return op === 'adopt' && others.length === 0 ? [] : [{ op, address, others }];
  });
  expect(changed).toEqual([]);
  site.emulator.reset();
  const applied = await site.run('apply', '-t', 'dev', '--auto-approve', ...ADOPT);
  expect({
    code: applied.code,
    failed: /^.*✗.*$/m.exec(applied.stdout)?.[0],
    stderr: applied.code === 0 ? '' : applied.stderr,
  }).toEqual({ code: 0, failed: undefined, stderr: '' });
  // Marks lie on applications; of APIs the ledger in the store is enough.
  const written = site.emulator.writes().map(({ method, path }) => `${method} ${path}`);
  expect(written.filter((request) => !/^PATCH \/api\/v2\/clients\/\w+$/.test(request))).toEqual([]);
}
