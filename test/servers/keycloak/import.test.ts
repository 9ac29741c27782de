import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handMadeRealm } from '../../support/estates/hand-made-realm.ts';
import { ImportSite } from '../../support/estates/imported-site.ts';

const importReport = z.object({
  imported: z.array(z.object({ address: z.string(), id: z.string() })),
  leftOut: z.array(z.object({ kind: z.string(), id: z.string(), reason: z.string(), why: z.string() })),
});

const ADOPT = ['--adopt', 'Client/*', '--adopt', 'Api/*'];

let site: ImportSite;
afterEach(() => site.close());

describe('a realm that was made by hand', () => {
  it.each([1, 2, 3])('is imported, adopted and the same as before: seed %i', { timeout: 600_000 }, async (seed) => {
    const made = handMadeRealm({ seed, clients: 24, hasIssuer: true });
    site = await ImportSite.open(made);
    const before = await site.tokens();
    const { stdout, stderr } = await site.run(
      'import',
      '-t',
      'dev',
      '--owner-from',
      'attributes.team',
      '--format',
      'json',
    );
    console.log(stderr);
    const report = importReport.parse(JSON.parse(stdout));
    console.log(report.leftOut.map((l) => `${l.kind} ${l.id}: ${l.reason} ${l.why}`).join('\n'));
    console.log(site.keycloak.requests.length, site.keycloak.writes());
    const plan = await site.run('plan', '-t', 'dev', ...ADOPT);
    console.log(plan.code, plan.stdout, plan.stderr);
    const applied = await site.run('apply', '-t', 'dev', '--auto-approve', ...ADOPT);
    console.log(applied.code, applied.stdout, applied.stderr);
    expect(await site.tokens()).toEqual(before);
  });
});
