import type { Chance } from './chance.ts';
import type { MadeMapper, MadeScope } from './made-realm.ts';

/** Client scopes as people make them: of Apis, of several Apis, of none, and such as no Api can have. */
export function makeScopes(chance: Chance, apis: number, introspector: string | undefined): MadeScope[] {
  const found = Array.from({ length: apis }, (_, index) => scopesOfApi(chance, index, introspector)).flat();
  return [...found, ...STRANGE_SCOPES];
}

function scopesOfApi(chance: Chance, index: number, introspector: string | undefined): MadeScope[] {
  const audience = chance.pick([
    `https://api-${index}.internal/v1`,
    `api${index}`,
    `urn:acme:api:${index}`,
    `Api_${index}`,
  ]);
  const isIntrospected = introspector !== undefined && index === 0;
  const claims = chance.percent(30) ? [claimMapper(`tenant-${index}`, chance.pick(['acme', '5', 'true', '"5"']))] : [];
  return ['read', 'write', 'admin:all'].slice(0, chance.between(1, 3)).map((verb) => ({
    name: `api-${index}:${verb}`,
    description: chance.pick(['', `May ${verb}`, 'Alles dürfen: # ja']),
    attributes: { 'include.in.token.scope': 'true', 'display.on.consent.screen': chance.pick(['true', 'false']) },
    protocolMappers: [
      audienceMapper(chance.pick(['aud', `audience of ${verb}`, 'mapper 1']), 'included.custom.audience', audience),
      ...(isIntrospected ? [audienceMapper('who introspects', chance.pick(KEYS_OF_AUDIENCE), introspector)] : []),
      ...claims,
    ],
    roles: [],
  }));
}

const KEYS_OF_AUDIENCE = ['included.custom.audience', 'included.client.audience'] as const;

export function audienceMapper(name: string, key: (typeof KEYS_OF_AUDIENCE)[number], audience: string): MadeMapper {
  return {
    name,
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: {
      [key]: audience,
      'access.token.claim': 'true',
      'id.token.claim': 'false',
      'introspection.token.claim': 'true',
    },
  };
}

export function claimMapper(claim: string, value: string): MadeMapper {
  return {
    name: `constant ${claim}`,
    protocol: 'openid-connect',
    protocolMapper: 'oidc-hardcoded-claim-mapper',
    config: {
      'claim.name': claim,
      'claim.value': value,
      'jsonType.label': 'String',
      'access.token.claim': 'true',
      'id.token.claim': 'false',
      'introspection.token.claim': 'true',
      'userinfo.token.claim': 'false',
    },
  };
}

const IN_TOKEN = { 'include.in.token.scope': 'true', 'display.on.consent.screen': 'true' };
const PLAIN: Omit<MadeScope, 'name'> = { description: '', attributes: IN_TOKEN, protocolMappers: [], roles: [] };
const SHARED_AUDIENCE = audienceMapper('aud', 'included.custom.audience', 'https://odd.internal');

/** The first two are of one Api, whose audience the others share in ways that it cannot say. */
const STRANGE_SCOPES: readonly MadeScope[] = [
  { ...PLAIN, name: 'odd:read', protocolMappers: [SHARED_AUDIENCE] },
  { ...PLAIN, name: 'odd:write', protocolMappers: [SHARED_AUDIENCE] },
  { ...PLAIN, name: 'odd:claims', protocolMappers: [SHARED_AUDIENCE, claimMapper('odd', 'one')] },
  { ...PLAIN, name: 'odd:roles', protocolMappers: [SHARED_AUDIENCE], roles: ['reader'] },
  {
    ...PLAIN,
    name: 'odd:unnamed',
    attributes: { 'include.in.token.scope': 'false' },
    protocolMappers: [SHARED_AUDIENCE],
  },
  {
    ...PLAIN,
    name: 'odd:two',
    protocolMappers: [SHARED_AUDIENCE, audienceMapper('second', 'included.custom.audience', 'https://else.internal')],
  },
  {
    ...PLAIN,
    name: 'odd:attributes',
    attributes: { ...IN_TOKEN, 'x-routing': 'eu' },
    protocolMappers: [SHARED_AUDIENCE],
  },
  { ...PLAIN, name: 'legacy', description: 'nobody knows' },
  { ...PLAIN, name: 'legacy:claims', protocolMappers: [claimMapper('legacy', 'yes')] },
];
