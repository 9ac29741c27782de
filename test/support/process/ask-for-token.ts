/** A consumer that reads its document from Vault and asks for a token, with a proof of possession or without. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { JWTPayload, ProtectedHeaderParameters } from 'jose';
import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import type { Site } from './site.ts';

const documentSchema = z.object({
  client_id: z.string(),
  client_secret: z.string(),
  token_url: z.string(),
  issuer: z.string(),
});

/** A token and all that it says. */
interface Token {
  readonly type: string;
  readonly header: ProtectedHeaderParameters;
  readonly payload: JWTPayload;
}

/** What a consumer reads. */
export async function readDocument({ vault }: Site, client: string): Promise<z.infer<typeof documentSchema>> {
  const { body } = await vault.request('GET', `${vault.mount}/data/m2m/${client}`);
  return z.object({ data: z.object({ data: documentSchema }) }).parse(body).data.data;
}

/** What a consumer gets that reads its document, with a proof of possession or without. */
export async function askForToken(site: Site, client: string, proof?: oauth.DPoPHandle): Promise<Token | string> {
  const { client_id, client_secret, token_url, issuer } = await readDocument(site, client);
  const server = { issuer, token_endpoint: token_url };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    { client_id },
    oauth.ClientSecretBasic(client_secret),
    {},
    { [oauth.allowInsecureRequests]: true, ...(proof === undefined ? {} : { DPoP: proof }) },
  );
  if (!response.ok)
    return `${response.status} ${z.looseObject({ error: z.string() }).parse(await response.json()).error}`;
  const { access_token, token_type } = await oauth.processClientCredentialsResponse(server, { client_id }, response);
  return { type: token_type, header: decodeProtectedHeader(access_token), payload: decodeJwt(access_token) };
}
