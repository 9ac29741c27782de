/** What manifests declare, put together by hand. */
import type { DesiredState } from '../../../src/model/desired.ts';
import { testTarget } from './random-states.ts';

const POSITION = { file: 'a.yaml', line: 1, column: 1 };

export type Api = DesiredState['apis'][number];
export type Client = DesiredState['clients'][number];

export function api(name: string, scopes: readonly string[], special: Partial<Api> = {}): Api {
  return {
    name,
    owner: 'team-a',
    description: 'An Api',
    audience: `https://${name}.test`,
    tokenLifetime: undefined,
    senderConstrained: undefined,
    tokenAlg: undefined,
    tokenType: undefined,
    claims: {},
    introspectedBy: undefined,
    managed: true,
    scopes: scopes.map((scope) => ({ name: scope, description: 'A scope' })),
    position: POSITION,
    ...special,
  };
}

export function client(
  name: string,
  access: Readonly<Record<string, readonly string[]>> = {},
  special: Partial<Client> = {},
): Client {
  return {
    name,
    clientId: name,
    owner: 'team-a',
    description: 'A client',
    labels: {},
    access: Object.entries(access).map(([of, scopes]) => ({ api: of, scopes, onRequest: [] })),
    auth: 'client_secret_basic',
    state: 'enabled',
    credential: { path: name, rotate: { every: 100, overlap: 10 } },
    settings: { kind: 'memory' },
    position: POSITION,
    ...special,
  };
}

export function state(apis: readonly Api[], clients: readonly Client[], guards = {}): DesiredState {
  const target = testTarget();
  return { target: { ...target, guards: { ...target.guards, ...guards } }, apis, clients, overlaps: [] };
}
