import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { GrantryError } from '../../src/model/errors.ts';
import type { StartedKeycloak } from '../setting.ts';
import { administrator, orFail } from './realm.ts';

/** Who asks for tokens in this story, as its people called it. */
export const BY_HAND = 'Order Service';

const AUDIENCE = { 'access.token.claim': 'true', 'id.token.claim': 'false', 'introspection.token.claim': 'true' };

/** Client scopes as people make them: mappers of any name, by a text or by a client. */
const SCOPES = [
  {
    name: 'inventory:read',
    description: 'Read stock levels',
    mapper: 'aud inventory',
    custom: 'https://inventory.internal',
  },
  { name: 'inventory:write', description: 'Reserve stock', mapper: 'Audience', custom: 'https://inventory.internal' },
  { name: 'ledger:read', description: 'Read bookings', mapper: 'ledger', client: 'ledger-api' },
] as const;

interface HandMade {
  readonly clientId: string;
  readonly team?: string;
  readonly scopes: readonly string[];
  readonly onRequest?: readonly string[];
  readonly attributes?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
  readonly standardFlow?: boolean;
  readonly fullScope?: boolean;
}

/** Clients as people make them; the last two are more than machines that call Apis. */
const CLIENTS: readonly HandMade[] = [
  { clientId: 'ledger-api', team: 'team-finance', scopes: [] },
  { clientId: BY_HAND, team: 'team-checkout', scopes: ['inventory:read'], onRequest: ['inventory:write'] },
  {
    clientId: 'nightly-sync',
    team: 'team-logistics',
    scopes: ['inventory:read', 'ledger:read'],
    attributes: { 'access.token.lifespan': '120' },
  },
  { clientId: 'old/export', scopes: ['ledger:read'], enabled: false },
  { clientId: 'legacy-portal', team: 'team-checkout', scopes: ['inventory:read'], standardFlow: true },
  { clientId: 'reporting', team: 'team-finance', scopes: ['ledger:read'], fullScope: true },
];

/** What was made, as a reader of the story is told it. */
export const MADE_BY_HAND = `${SCOPES.length} client scopes and ${CLIENTS.length} clients`;

/** Puts clients and client scopes into the realm that no manifest declares; gives the secret of the one that asks for tokens. */
export async function makeByHand(keycloak: StartedKeycloak, realm: string): Promise<string> {
  return orFail('the clients cannot be made by hand', async () => {
    const admin = await administrator(keycloak, realm);
    for (const scope of SCOPES) await makeScope(admin, scope);
    const ids = new Map((await admin.clientScopes.find()).map(({ name = '', id = '' }) => [name, id]));
    for (const client of CLIENTS) await makeClient(admin, client, ids);
    const [found] = await admin.clients.find({ clientId: BY_HAND });
    const { value } = await admin.clients.getClientSecret({ id: found?.id ?? '' });
    if (value === undefined) throw new GrantryError('FAILED', `${BY_HAND} has no secret`);
    return value;
  });
}

async function makeScope(
  admin: KeycloakAdminClient,
  { name, description, mapper, ...audience }: (typeof SCOPES)[number],
) {
  const named =
    'custom' in audience
      ? { 'included.custom.audience': audience.custom }
      : { 'included.client.audience': audience.client };
  await admin.clientScopes.create({
    name,
    description,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true', 'display.on.consent.screen': 'true' },
    protocolMappers: [
      {
        name: mapper,
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { ...AUDIENCE, ...named },
      },
    ],
  });
}

async function makeClient(
  admin: KeycloakAdminClient,
  {
    clientId,
    team,
    scopes,
    onRequest = [],
    attributes = {},
    enabled = true,
    standardFlow = false,
    fullScope = false,
  }: HandMade,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const { id } = await admin.clients.create({
    clientId,
    enabled,
    description: `${clientId}, made by hand`,
    publicClient: false,
    serviceAccountsEnabled: true,
    standardFlowEnabled: standardFlow,
    directAccessGrantsEnabled: false,
    fullScopeAllowed: fullScope,
    ...(standardFlow ? { redirectUris: ['https://portal.example/*'] } : {}),
    attributes: { ...attributes, ...(team === undefined ? {} : { team }) },
  });
  for (const scope of scopes) await admin.clients.addDefaultClientScope({ id, clientScopeId: ids.get(scope) ?? '' });
  for (const scope of onRequest)
    await admin.clients.addOptionalClientScope({ id, clientScopeId: ids.get(scope) ?? '' });
}
