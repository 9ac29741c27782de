import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { GrantryError } from '../model/errors.ts';
import { rememberSecret } from '../model/secrets/known-secrets.ts';
import { Secret, WithheldSecret } from '../model/secrets/secret.ts';
import { SIGNING_ALGORITHMS } from '../model/signing-algorithms.ts';
import type { SigningAlgorithm } from '../model/signing-algorithms.ts';
import { isObject } from '../manifest/values.ts';
import { parseJson } from '../model/values/parse-json.ts';

/** grantry's own key, of which a server has the public half. */
export interface OwnKey {
  readonly key: KeyObject;
  readonly alg: SigningAlgorithm;
  /** Undefined: the server finds the key by its algorithm. */
  readonly keyId: string | undefined;
}

/** What a Target says of its key beside the key. */
export interface KeyHints {
  readonly alg?: SigningAlgorithm;
  readonly keyId?: string;
}

/** Which of them a server takes, where it does not take them all. */
export interface KeyLimits {
  readonly server: string;
  readonly algorithms: readonly SigningAlgorithm[];
}

/**
 * A Target's key with what it says of it, for its settings. Throws INVALID_INPUT as `readOwnKey` does, where the key is there:
 * commands that do not connect are given none.
 */
export function resolveOwnKey<Alg extends SigningAlgorithm>(
  privateKey: Secret,
  { alg, keyId }: { readonly alg: Alg | undefined; readonly keyId: string | undefined },
  limits?: KeyLimits,
): { readonly privateKey: Secret; readonly alg?: Alg; readonly keyId?: string } {
  const hints = { ...(alg === undefined ? {} : { alg }), ...(keyId === undefined ? {} : { keyId }) };
  if (!(privateKey instanceof WithheldSecret)) readOwnKey(privateKey, hints, limits);
  return { privateKey, ...hints };
}

/**
 * Reads a private key: PKCS#8 as PEM, or a JWK (RFC 7517). Throws INVALID_INPUT, naming where the key came from and never quoting
 * it, for what is none, or does not fit the algorithm.
 */
export function readOwnKey(secret: Secret, hints: KeyHints = {}, limits?: KeyLimits): OwnKey {
  const text = lineBreaks(secret.reveal()).trim();
  const jwk = text.startsWith('{') ? parseJson(text) : undefined;
  const parsed = isObject(jwk) ? jwk : undefined;
  const key = parse(text, parsed, secret);
  rememberParts(text, parsed);
  const possible = algorithmsOf(key);
  const declared = hints.alg ?? algIn(parsed);
  const alg = possible.find(
    (one) => (declared ?? one) === one && (limits === undefined || limits.algorithms.includes(one)),
  );
  if (alg === undefined) throw wrongAlgorithm(secret, { declared, possible, limits });
  const keyId = hints.keyId ?? (typeof parsed?.['kid'] === 'string' ? parsed['kid'] : undefined);
  return { key, alg, keyId };
}

/** Some CI systems keep one line only: its line breaks are written `\n`. */
function lineBreaks(text: string): string {
  return text.startsWith('-----BEGIN') && !/[\r\n]/.test(text.trim()) ? text.replaceAll('\\n', '\n') : text;
}

function parse(text: string, jwk: Readonly<Record<string, unknown>> | undefined, secret: Secret): KeyObject {
  try {
    const key = jwk === undefined ? createPrivateKey(text) : createPrivateKey({ key: jwk, format: 'jwk' });
    const { modulusLength = 2048 } = key.asymmetricKeyDetails ?? {};
    if (modulusLength < 2048) throw noKey(secret, `it has ${modulusLength} bits, and at least 2048 are asked for`);
    return key;
  } catch (error) {
    if (error instanceof GrantryError) throw error;
    // The error of OpenSSL is not passed on: it may be about the bytes.
    throw noKey(secret, whyNot(text, jwk));
  }
}

function whyNot(text: string, jwk: Readonly<Record<string, unknown>> | undefined): string {
  if (/ENCRYPTED/.test(text)) return 'it is encrypted with a passphrase';
  const isPublicJwk = jwk?.['kty'] !== undefined && jwk['d'] === undefined;
  if (isPublicJwk || /^-----BEGIN (?:PUBLIC KEY|CERTIFICATE)/.test(text)) return 'that is the public half';
  return 'it can be read neither as PEM nor as a JWK';
}

function noKey(secret: Secret, why: string): GrantryError {
  return new GrantryError('INVALID_INPUT', `privateKey is no private key${secret.origin}: ${why}`, {
    hint: 'It must be PKCS#8 as PEM ("-----BEGIN PRIVATE KEY-----" and all that follows), or a private JWK on one line.',
  });
}

/** The parts by which a key could be put together again; those of PEM are known with it. */
function rememberParts(text: string, jwk: Readonly<Record<string, unknown>> | undefined): void {
  const members = ['d', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => jwk?.[name]);
  void new Secret(text);
  for (const part of members) {
    if (typeof part === 'string' && part.length >= SHORTEST_PART) rememberSecret(part);
  }
}

/** What is shorter says nothing of a key, and may be a word. */
const SHORTEST_PART = 16;

/** The first is the one that is meant where nothing else is said. */
function algorithmsOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): SigningAlgorithm[] {
  return ALGORITHMS[type === 'ec' ? (details?.namedCurve ?? '') : (type ?? '')] ?? [];
}

/** By the type of a key, and of elliptic curves by the curve. */
const ALGORITHMS: Readonly<Record<string, SigningAlgorithm[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'rsa-pss': ['PS256', 'PS384', 'PS512'],
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
  ed25519: ['EdDSA'],
};

function algIn(jwk: Readonly<Record<string, unknown>> | undefined): SigningAlgorithm | undefined {
  return SIGNING_ALGORITHMS.find((alg) => alg === jwk?.['alg']);
}

function wrongAlgorithm(
  secret: Secret,
  found: {
    readonly declared: SigningAlgorithm | undefined;
    readonly possible: readonly SigningAlgorithm[];
    readonly limits: KeyLimits | undefined;
  },
): GrantryError {
  const { declared, possible, limits } = found;
  const signs = possible.length === 0 ? 'signs no assertion' : `signs by ${possible.join(', ')}`;
  const asked = declared === undefined ? '' : `, not by ${declared}`;
  const server = limits === undefined ? '' : ` ${limits.server} takes ${limits.algorithms.join(', ')}.`;
  return new GrantryError('INVALID_INPUT', `The private key${secret.origin} ${signs}${asked}`, {
    hint: `Give alg one that fits, or another key.${server}`,
  });
}
