/** An OIDC issuer of workloads' tokens: discovery document, keys, and tokens with whatever claims. Containers reach it too. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { calculateJwkThumbprint, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';
import { listenEverywhere } from './listening.ts';

/** This machine, as the servers in containers know it: see `startKeycloakWith`. */
const HOST_OF_CONTAINERS = process.env['GRANTRY_TEST_HOST'] ?? 'host.docker.internal';

export interface OidcIssuer {
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** Its keys, at an address that a server in a container reaches. */
  readonly jwksUrl: string;
  /** Where this process reaches it. */
  readonly url: string;
  /** The public half of the key that signs, as PEM. */
  publicKeyPem(): Promise<string>;
  /** Paths that were asked for, in their order. */
  readonly requests: readonly string[];
  /** A token that lives for five minutes, with an id of its own; claims come on top, and undefined takes one away. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** From now on another key signs; the keys of before are published for as long as `keep` says so. */
  changeKey(options?: { readonly keep?: boolean; readonly alg?: 'RS256' | 'ES256' }): Promise<void>;
  close(): Promise<void>;
}

export interface OidcIssuerOptions {
  /** Its name where that is not its address, as of an issuer that stands for another one. */
  readonly issuer?: string;
}

interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly published: JWK;
}

export async function startOidcIssuer({ issuer: named }: OidcIssuerOptions = {}): Promise<OidcIssuer> {
  let keys: readonly [SigningKey, ...SigningKey[]] = [await makeKey('RS256')];
  const current = (): SigningKey => keys[0];
  const requests: string[] = [];
  const documents = (): Readonly<Record<string, unknown>> => ({
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: jwksUrl,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))],
    },
    '/jwks': { keys: keys.map(({ published }) => published) },
  });
  const server = createServer(({ url = '/' }, response) => {
    requests.push(url);
    const document = documents()[url];
    if (document === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  // Containers come by another interface than the loopback. All that there is to see is public.
  const { url, port, close } = await listenEverywhere(server);
  const address = `http://${HOST_OF_CONTAINERS}:${port}`;
  const issuer = named ?? address;
  const jwksUrl = `${address}/jwks`;
  return {
    issuer,
    jwksUrl,
    url,
    requests,
    publicKeyPem: async () => exportSPKI(current().publicKey),
    sign: (claims) => signToken(current(), { iss: issuer, jti: randomUUID(), ...claims }),
    changeKey: async ({ keep = true, alg = 'RS256' } = {}) => {
      keys = [await makeKey(alg), ...(keep ? keys : [])];
    },
    close,
  };
}

async function makeKey(alg: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { alg, kid, privateKey, publicKey, published: { ...jwk, kid, alg, use: 'sig' } };
}

async function signToken(key: SigningKey, claims: JWTPayload): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iat: now, exp: now + 300, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT' })
    .sign(key.privateKey);
}
