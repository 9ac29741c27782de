import { apiYaml, clientYaml, yaml } from '../../support/bench/workbench.ts';

export const STOCK = apiYaml('stock', ['stock:read', 'stock:write']);
export const BILLS = apiYaml('bills', ['bills:read']);
export const orders = (access = 'access: [{api: stock, scopes: [stock:read]}]'): string => clientYaml('orders', access);
export const BASE = yaml(STOCK, BILLS, orders());

/** Whatever is optional is not there, or says nothing. */
export const BARE = `
apiVersion: grantry/v1
kind: Client
metadata: {name: bare}
---
apiVersion: grantry/v1
kind: Api
metadata: {name: plain}
spec: {audience: "https://plain.test", scopes: {"plain:read": ""}}
---
apiVersion: grantry/v1
kind: Client
metadata: {name: empty, labels: {}}
spec:
  access: []
  credential: {rotate: {}}
  keycloak: {serviceAccountRoles: {realm: [], clients: {}}, attributes: {}}
  auth0: {metadata: {}}
---
apiVersion: grantry/v1
kind: Client
metadata: {name: listless, labels: {tier: ""}}
spec:
  access: [{api: plain, scopes: ["plain:read"], onRequest: []}]
  keycloak: {serviceAccountRoles: {realm: [], clients: {realm-management: []}}, attributes: {x.y: ""}}
  overrides: {}
`;
