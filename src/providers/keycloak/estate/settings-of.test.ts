import { describe, expect, it } from 'vitest';
import { keycloakClientSchema, resolveKeycloakClient } from '../client-settings.ts';
import { NO_OTHER_SCOPES } from '../fields.ts';
import { NO_ROLES } from '../roles/role-names.ts';
import { reasonOfSettings, settingsToWrite } from './settings-of.ts';
import type { FoundSettings } from './settings-of.ts';

const NOTHING: FoundSettings = {
  roles: NO_ROLES,
  scopeMappings: NO_ROLES,
  otherScopes: NO_OTHER_SCOPES,
  tokenLifetime: undefined,
  attributes: {},
};
const READER = { realm: ['reader'], clients: { ledger: ['auditor'] } };

describe('settingsToWrite', () => {
  it('says nothing where nothing is to be said', () => {
    expect(settingsToWrite(NOTHING)).toBeUndefined();
  });

  it('says no scope of roles and no scope mappings where they follow from the roles', () => {
    const otherScopes = { default: ['roles'], optional: [] };
    expect(settingsToWrite({ ...NOTHING, roles: READER, scopeMappings: READER, otherScopes })).toEqual({
      serviceAccountRoles: READER,
    });
  });

  it.each<Partial<FoundSettings>>([
    { roles: READER },
    { scopeMappings: READER },
    { roles: READER, scopeMappings: READER },
    { otherScopes: { default: ['profile', 'roles'], optional: ['phone'] } },
    { tokenLifetime: 90 },
    { attributes: { team: 'checkout' } },
  ])('is resolved to what was found: %j', (special) => {
    const found = { ...NOTHING, ...special };
    const settings = resolveKeycloakClient(keycloakClientSchema.optional().parse(settingsToWrite(found)));
    expect(settings.serviceAccountRoles).toEqual(found.roles);
    expect(settings.scopeMappings ?? settings.serviceAccountRoles).toEqual(found.scopeMappings);
    expect(settings.tokenLifetime).toBe(found.tokenLifetime);
    expect(settings.attributes).toEqual(found.attributes);
    const rolesAlone = found.roles === NO_ROLES ? [] : ['roles'];
    expect(settings.clientScopes ?? { default: rolesAlone, optional: [] }).toEqual(found.otherScopes);
  });
});

it.each([
  [undefined, undefined],
  [{ serviceAccountRoles: { realm: ['..'] } }, 'roles'],
  [{ scopeMappings: { realm: ['a\nb'] } }, 'roles'],
  [{ attributes: { team: 'a\u0000b' } }, 'attributes'],
  [{ clientScopes: { default: [' x'] } }, 'client-scopes'],
  [{ attributes: { team: 'checkout' } }, undefined],
])('reasonOfSettings of %j: %s', (settings, reason) => {
  expect(reasonOfSettings(settings)?.reason).toBe(reason);
});
