import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import { allowInsecureSchema, checkedBy, templateSchema } from '../../manifest/schema/settings.ts';
import { checkUrl, mentionsEnv, normaliseUrl } from '../../manifest/schema/url.ts';
import { issuersSchema } from './issuers/issuer-settings.ts';
import { isSameLogin } from '../../model/secrets/same-login.ts';
import { keycloakAuthSchema, resolveKeycloakAuth } from './login/settings.ts';
import type { KeycloakAuth } from './login/settings.ts';

/** What a realm is opened with. */
export interface KeycloakSettings {
  readonly kind: 'keycloak';
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly realm: string;
  /** Clients in one page of a listing; undefined: as many as are listed fastest. */
  readonly pageSize: number | undefined;
  /** Pages of a listing in flight. */
  readonly pagesInFlight: number;
  readonly auth: KeycloakAuth;
}

/** The settings as a Target has them. */
export const keycloakSchema = z.strictObject({
  url: checkedBy(checkServerUrl).meta({ description: 'Base URL of the server.' }),
  allowInsecure: allowInsecureSchema,
  realm: templateSchema,
  auth: keycloakAuthSchema,
  pageSize: z.int().min(2).max(1000).optional().meta({
    description: 'Clients in one page of a listing; default 50.',
  }),
  pagesInFlight: z
    .int()
    .min(1)
    .max(16)
    .default(4)
    .meta({ description: 'Pages that are asked for at the same time; the default is the measured optimum.' }),
  issuers: issuersSchema,
});

export type KeycloakSpec = z.output<typeof keycloakSchema>;

/** What is wrong with the base URL of a Keycloak server: what the console shows goes on with a realm. */
export function checkServerUrl(text: string): string | undefined {
  const problem = checkUrl(text);
  if (problem !== undefined || mentionsEnv(text)) return problem;
  return /\/realms(?:\/|$)|\/admin\/[^/]+\/console/.test(new URL(text).pathname)
    ? 'must be that of the server and end before /realms or /admin: the realm has a field of its own'
    : undefined;
}

export function resolveKeycloak(spec: KeycloakSpec, { cwd, secret }: ResolveContext<KeycloakSpec>): KeycloakSettings {
  const { realm, url, pageSize, pagesInFlight } = spec;
  const auth = resolveKeycloakAuth(spec.auth, realm, {
    cwd,
    secret: (pick) => secret((from) => pick(from.auth)),
  });
  return { kind: 'keycloak', url: normaliseUrl(url), realm, auth, pageSize, pagesInFlight };
}

/** How output names a realm. */
export function describeKeycloak({ url, realm }: Pick<KeycloakSettings, 'url' | 'realm'>): string {
  return `Keycloak ${url} realm ${realm}`;
}

/** Whether a token of one is as good for the other: the same account of the same server, whatever the realm that is managed. */
export function isSameKeycloakLogin(one: KeycloakSettings, other: KeycloakSettings): boolean {
  return one.url === other.url && isSameLogin(one.auth, other.auth);
}
