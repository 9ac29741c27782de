import { z } from 'zod';
import type { HttpResponse } from '../../../platform/http.ts';
import { toServerTime } from '../convert.ts';
import { saysInvalidToken, unexpectedBody, vaultError } from '../errors.ts';
import type { VaultSession } from '../session.ts';
import type { VaultSettings } from '../settings.ts';

/** What a login may do at each path, in the server's words, such as `read` and `root`. */
export type Held = ReadonlyMap<string, readonly string[]>;

/** What the server knows of the token that grantry holds. */
export interface TokenFacts {
  /** Those of the token itself. */
  readonly policies: readonly string[];
  /** What its entity has beside them, and every other token of that. */
  readonly ofEntity: readonly string[];
  /** Seconds from now; 0: for ever. */
  readonly ttl: number;
  readonly renewable: boolean;
  /** How many requests it is still good for; 0: any number. */
  readonly uses: number;
  /** The role of the auth method that it came from, where that says so. */
  readonly role: string | undefined;
  /** The server's clock, in milliseconds since the epoch; undefined when it does not say. */
  readonly now: number | undefined;
}

/** Vault takes some ten thousand elements in a list. */
const PATHS_AT_ONCE = 500;

const capabilitiesBody = z.object({ data: z.record(z.string(), z.array(z.string())) });
const tokenBody = z.object({
  data: z.object({
    ttl: z.number(),
    renewable: z.boolean().default(false),
    num_uses: z.number().default(0),
    policies: z.array(z.string()).nullish(),
    identity_policies: z.array(z.string()).nullish(),
    meta: z.record(z.string(), z.string()).nullish(),
  }),
});

/** Asks what the login may do; a request that asks for that writes nothing. Undefined where it may not ask. */
export async function askRights(
  paths: readonly string[],
  server: VaultSettings,
  send: VaultSession,
): Promise<Held | undefined> {
  const held = new Map<string, readonly string[]>();
  for (let from = 0; from < paths.length; from += PATHS_AT_ONCE) {
    const json = { paths: paths.slice(from, from + PATHS_AT_ONCE) };
    const path = 'sys/capabilities-self';
    const response = await send({ method: 'POST', path, json, idempotent: true });
    if (isRefused(response)) return undefined;
    const { data } = expect(capabilitiesBody, response, { server, path, capabilities: ['update'] });
    for (const [asked, capabilities] of Object.entries(data)) held.set(asked, capabilities);
  }
  return held;
}

/** Undefined where the token may not look itself up. */
export async function askToken(server: VaultSettings, send: VaultSession): Promise<TokenFacts | undefined> {
  const path = 'auth/token/lookup-self';
  const response = await send({ method: 'GET', path });
  if (isRefused(response)) return undefined;
  const { data } = expect(tokenBody, response, { server, path, capabilities: ['read'] });
  return {
    policies: data.policies ?? [],
    ofEntity: data.identity_policies ?? [],
    ttl: data.ttl,
    renewable: data.renewable,
    uses: data.num_uses,
    role: data.meta?.['role_name'] ?? data.meta?.['role'],
    now: toServerTime(response.headers),
  };
}

function isRefused(response: HttpResponse): boolean {
  return response.status === 403 && !saysInvalidToken(response);
}

function expect<T>(schema: z.ZodType<T>, response: HttpResponse, attempted: Parameters<typeof vaultError>[1]): T {
  if (response.status !== 200) throw vaultError(response, attempted);
  const parsed = schema.safeParse(response.body);
  if (!parsed.success) throw unexpectedBody(response, attempted, parsed.error);
  return parsed.data;
}
