import * as z from 'zod';
import type { FreeMap } from '../../manifest/backends.ts';
import { lineSchema } from '../../manifest/schema/parts.ts';
import type { DesiredClient } from '../../model/desired.ts';
import type { JsonObject } from '../../model/values/json.ts';
import type { BackendSettings } from '../../model/target.ts';

/** The settings of a Client that only Auth0 has. */
export interface Auth0ClientSettings {
  readonly kind: 'auth0';
  /** The application's own name; undefined: metadata.name. */
  readonly name: string | undefined;
  readonly metadata: JsonObject;
}

/** The block `auth0` of a Client. */
export const auth0ClientSchema = z
  .strictObject({
    name: lineSchema
      .regex(/^[^<>]+$/, { error: 'must have neither < nor >' })
      .optional()
      .meta({ description: "The application's own name, where it is not metadata.name." }),
    metadata: z.record(lineSchema, z.json()).optional().meta({ description: 'client_metadata of the application.' }),
  })
  .meta({ description: 'Settings that only Auth0 has.' });

export type Auth0ClientSpec = z.output<typeof auth0ClientSchema>;

/** Of nearly all clients. */
const NO_METADATA = {};

export function resolveAuth0Client(written: Auth0ClientSpec | undefined): Auth0ClientSettings {
  return { kind: 'auth0', name: written?.name, metadata: written?.metadata ?? NO_METADATA };
}

/** The settings of a client that was resolved for an Auth0 target. */
export function settingsOf({ settings }: Pick<DesiredClient, 'settings'>): Auth0ClientSettings {
  if (!isAuth0(settings)) throw new TypeError(`these are settings for ${settings.kind}`);
  return settings;
}

/** What the application of a client is called in the tenant. */
export function displayNameOf(client: Pick<DesiredClient, 'name' | 'settings'>): string {
  return settingsOf(client).name ?? client.name;
}

function isAuth0(settings: BackendSettings): settings is Auth0ClientSettings {
  return settings.kind === 'auth0';
}

export const metadataMap: FreeMap = { path: ['metadata'], namesCredential: (_key, looksSecret) => looksSecret };
