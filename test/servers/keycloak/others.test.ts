/** What a plan says of things that another stack of the same realm owns. */
import { fieldChanges } from '../../support/bench/field-words.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { apiYaml, clientYaml, Workbench, yaml } from '../../support/bench/workbench.ts';

const THEIRS = yaml(apiYaml('bills', ['bills:read', 'bills:pay']), clientYaml('payer', ''));
const UNMANAGED = apiYaml('invoices', ['bills:read'], ', managed: false').replace('https://invoices', 'https://bills');
const GRANTED = yaml(UNMANAGED, clientYaml('orders', 'access: [{api: invoices, scopes: [bills:read]}]'));

const remarks = ({ changes }: Plan): string[] =>
  changes.flatMap((change) =>
    fieldChanges(change).flatMap(({ path, note, widens }) =>
      note === undefined ? [] : [`${change.address} ${path.join(' ')}: ${note}${widens ? ' ▲' : ''}`],
    ),
  );

describe('a plan beside another stack of the realm', () => {
  let bench: Workbench;

  beforeAll(async () => {
    bench = await Workbench.open();
    await bench.as({ stack: 'payments' }).apply(THEIRS);
  });

  afterAll(() => bench.close());

  const plan = async (manifests: string, grantable?: readonly string[]): Promise<Plan> => {
    const { desired, ...ports } = await bench.ports(manifests);
    const guards = { ...desired.target.guards, grantable };
    return buildPlan(await surveyTarget({ ...desired, target: { ...desired.target, guards } }, ports));
  };
  it('says whose the scopes are that it grants, by whatever name the Api goes here', async () => {
    expect(remarks(await plan(GRANTED))).toEqual([
      'Client/orders access invoices scopes: of the stack payments, owner team-bills ▲',
    ]);
    expect((await plan(GRANTED, ['owner:team-stock'])).guards).toMatchObject([{ guard: 'grantable' }]);
    expect((await plan(GRANTED, ['owner:team-b*'])).guards).toEqual([]);
  });

  it("names the realm's own scopes as nobody's", async () => {
    const own = apiYaml('people', ['email'], ', managed: false');
    const manifests = yaml(own, clientYaml('mailer', 'access: [{api: people, scopes: [email]}]'));
    expect(remarks(await plan(manifests))).toEqual(['Client/mailer access people scopes: of no stack ▲']);
    expect((await plan(manifests, ['owner:*', 'stack:*'])).guards).toMatchObject([{ guard: 'grantable' }]);
  });

  it('marks a new Api that has the audience of theirs', async () => {
    const reports = apiYaml('reports', ['reports:read']).replace('https://reports.test', 'https://bills.test');
    expect(remarks(await plan(reports))).toEqual([
      'Api/reports scopes reports:read audience: client scope bills:pay of the stack payments gives this audience too; ' +
        'client scope bills:read of the stack payments gives this audience too ▲',
    ]);
    await bench.apply(reports);
    expect((await plan(reports)).changes).toEqual([]);
  });

  it('takes a client of theirs that is to introspect for a conflict', async () => {
    const manifests = yaml(apiYaml('stock', ['stock:read'], ', introspectedBy: payer'), clientYaml('payer', ''));
    expect((await plan(manifests)).conflicts).toMatchObject([{ address: 'Client/payer' }]);
  });
});
