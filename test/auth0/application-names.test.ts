/** An application may be called otherwise than its manifest. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseAdoption } from '../../src/engine/plan/adoption.ts';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import { objectOr } from '../../demo/auth0/emulator/json.ts';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { logIn } from '../support/auth0/management-client.ts';
import { clientYaml } from '../support/bench/workbench.ts';

let subject: ProviderSubject;
let emulator: Auth0Emulator;
beforeEach(async () => {
  const place = await openAuth0Place();
  emulator = place.emulator;
  subject = new ProviderSubject(place);
});
afterEach(() => subject.close());

const ADOPT = { adoption: parseAdoption(['Client/*']) };
const named = (name: string): string => clientYaml('orders', `auth0: {name: "${name}"}`);
const names = (): unknown[] => [...emulator.state.clients.values()].map(({ fields }) => objectOr(fields)['name']);

it('is made with the name that its manifest gives it, and renamed with that', async () => {
  await subject.setUp(named('Order Service: EU'));
  expect(names()).toContain('Order Service: EU');
  expect((await subject.plan(named('Order Service: EU'))).changes).toEqual([]);
  await subject.setUp(clientYaml('orders', ''));
  expect(names()).toContain('orders');
});

it('is found by that name, where nobody marked it', async () => {
  const hand = await logIn(emulator);
  const body = { app_type: 'non_interactive', grant_types: ['client_credentials'] };
  await hand.ok('POST', '/clients', { ...body, name: 'Order Service' });
  expect((await subject.plan(named('Order Service'))).conflicts).toMatchObject([{ address: 'Client/orders' }]);
  expect((await subject.plan(named('Order Service'), ADOPT)).changes).toMatchObject([{ op: 'adopt' }]);
});

it.each(['<b>', ' blank', 'two\\nlines'])('may not be %j', (name) => {
  expect(subject.errors(named(name))).toHaveLength(1);
});
