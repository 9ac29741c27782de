/** How the acts of the demo are given their tenant: names of environment variables. */
export const TENANT_VARIABLES = {
  domain: 'DEMO_AUTH0_DOMAIN',
  clientId: 'DEMO_AUTH0_CLIENT',
  clientSecret: 'GRANTRY_AUTH0_SECRET',
} as const;

/** A tenant, and grantry's own account in it. */
export interface DemoTenant {
  readonly domain: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export function tenantIn(env: Readonly<Record<string, string | undefined>>): DemoTenant {
  const read = (name: string): string => env[name] ?? '';
  return {
    domain: read(TENANT_VARIABLES.domain),
    clientId: read(TENANT_VARIABLES.clientId),
    clientSecret: read(TENANT_VARIABLES.clientSecret),
  };
}
