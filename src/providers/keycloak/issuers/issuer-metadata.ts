import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { quoted } from '../../../model/text/printable.ts';
import { requestJson } from '../../../platform/http.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import { endpointUrl } from '../../discovery.ts';

/** An issuer may be far away, or not be reachable from here at all: a plan does not wait for it as long as for its own servers. */
const PATIENCE = { timeoutMs: 10_000, retry: { retries: 1, baseMs: 200, maxMs: 1_000, maxAfterMs: 1_000 } };

const metadata = z.object({ issuer: z.string(), jwks_uri: endpointUrl });
const keySet = z.object({ keys: z.array(z.object({ kty: z.string() })).min(1) });

/** What was found out, or why it was not. */
export type Answer<T> = { readonly found: T } | { readonly why: string };

/** Where an issuer says that its keys are (OpenID Connect Discovery 1.0 section 4). */
export async function findJwksUrl(issuer: string, ports: HttpPorts): Promise<Answer<string>> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  return ask(url, ports, (body) => {
    const { data } = metadata.safeParse(body);
    if (data === undefined) return { why: `${url} gives no OpenID metadata` };
    if (data.issuer !== issuer) return { why: `${url} is of the issuer ${quoted(data.issuer)}, not of ${issuer}` };
    return { found: data.jwks_uri };
  });
}

/** Whether there are keys. */
export async function findKeys(url: string, ports: HttpPorts): Promise<Answer<number>> {
  return ask(url, ports, (body) => {
    const { data } = keySet.safeParse(body);
    return data === undefined ? { why: `${url} holds no keys` } : { found: data.keys.length };
  });
}

/** No credential is sent, and nothing of what somebody else answers is repeated unquoted. */
async function ask<T>(url: string, ports: HttpPorts, read: (body: unknown) => Answer<T>): Promise<Answer<T>> {
  const service = { name: 'the issuer', check: `Check it with: curl ${url}` };
  try {
    const { status, body } = await requestJson({ service, method: 'GET', url, ...PATIENCE }, ports);
    return status === 200 ? read(body) : { why: `${url} answers with status ${status}` };
  } catch (error) {
    if (ports.signal?.aborted === true || !(error instanceof GrantryError)) throw error;
    return { why: error.message };
  }
}
