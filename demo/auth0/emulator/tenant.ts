/** What the handlers of one emulated tenant share. */
import type { ApiDate } from './api-dates.ts';
import type { Json } from './json.ts';
import type { TenantState } from './state.ts';
import type { Switches } from './switches.ts';

export interface Tenant {
  /** Host and port, without a scheme: `acme-dev.eu.auth0.com`. */
  readonly domain: string;
  /** The first part of the domain; every client carries it. */
  readonly name: string;
  readonly state: TenantState;
  readonly apiDate: ApiDate;
  readonly switches: Switches;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Identifier of the Management API of the tenant. */
export function managementAudience({ domain }: Pick<Tenant, 'domain'>): string {
  return `https://${domain}/api/v2/`;
}

/** A request of the Management API that was let in. */
export interface ApiRequest {
  /** Decoded path parameters, by the names in the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
  /** What the token may do. */
  readonly scopes: ReadonlySet<string>;
}

export interface ApiAnswer {
  readonly status: number;
  /** Undefined: no body. */
  readonly body?: Json;
}
