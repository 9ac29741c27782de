import { expect, it } from 'vitest';
import { settingsOfLogins } from './equal-in-effect.ts';

const MACHINE = { appType: 'non_interactive', oidcConformant: true };
const settings = (app_type: string, grant_types: string[], oidc_conformant = false): unknown =>
  settingsOfLogins({ app_type, grant_types, oidc_conformant });

it.each(['', 'regular_web', 'non_interactive'])(
  'an application of the type %j for machines alone is like any other',
  (type) => {
    expect(settings(type, ['client_credentials'])).toEqual(MACHINE);
  },
);

it.each(['native', 'spa', 'resource_server'])('one of the type %j is not', (type) => {
  expect(settings(type, ['client_credentials'])).toEqual({ ...MACHINE, appType: type });
});

it('how users log in matters where they can', () => {
  const types = ['client_credentials', 'implicit'];
  expect(settings('regular_web', types)).toEqual({ appType: 'regular_web', oidcConformant: false });
  expect(settings('', [], true)).toEqual({ appType: '', oidcConformant: true });
});
