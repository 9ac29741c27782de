/** What people made by hand in a tenant, before anybody plants it there. */
import type { JsonObject } from '../../../../demo/auth0/emulator/json.ts';

export interface MadeApi {
  /** The body of POST /resource-servers. */
  readonly body: JsonObject & { readonly identifier: string };
  /** Why import leaves it out; undefined: it does not. */
  readonly leftOutFor: string | undefined;
}

export interface MadeGrant extends JsonObject {
  readonly audience: string;
}

export interface MadeApplication {
  /** The body of POST /clients. */
  readonly body: JsonObject;
  /** Bodies of POST /client-grants, without the client. */
  readonly grants: readonly MadeGrant[];
  /** How many keys it has; some: it logs in with these. */
  readonly keys: number;
  /** Why import leaves it out; null: it is no client for machines. */
  readonly fate: 'imported' | { readonly reason: string } | null;
}

export interface MadeTenant {
  readonly apis: readonly MadeApi[];
  readonly applications: readonly MadeApplication[];
}
