/** /clients/{id}/credentials: public keys and certificates with which a client authenticates. */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { createCredentialSchema, updateCredentialSchema } from './schemas/credential-schemas.ts';
import { apiError, invalidBody } from './errors.ts';
import { newCredentialId } from '../ids.ts';
import { isJsonObject, textOf, withoutNulls } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import type { StoredClient, StoredCredential } from '../state.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';
import { validBody } from './validation.ts';

const MAX_CREDENTIALS = 2;

/** A bare array: these few are never paged, whatever the query says. */
export function listCredentials({ params }: ApiRequest, tenant: Tenant): ApiAnswer {
  const { id } = ownerOf(params, tenant);
  return { status: 200, body: tenant.state.credentialsOf(id).map(showCredential) };
}

export function readCredential({ params }: ApiRequest, tenant: Tenant): ApiAnswer {
  return { status: 200, body: showCredential(existingCredential(params, tenant)) };
}

export function createCredential({ params, body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const { id } = ownerOf(params, tenant);
  const given = validBody(createCredentialSchema, body);
  if (tenant.state.credentialsOf(id).length >= MAX_CREDENTIALS) {
    throw apiError(400, `A client can have no more than ${MAX_CREDENTIALS} credentials`, 'invalid_body');
  }
  return { status: 201, body: showCredential(store(id, given, tenant)) };
}

export function updateCredential({ params, body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const credential = existingCredential(params, tenant);
  const given = validBody(updateCredentialSchema, body);
  const expiry = given['expires_at'];
  credential.fields = withoutNulls({
    ...credential.fields,
    expires_at: typeof expiry === 'string' ? new Date(expiry).toISOString() : null,
    updated_at: new Date(tenant.now()).toISOString(),
  });
  return { status: 200, body: showCredential(credential) };
}

/** Idempotent; refused while the client authenticates with it. */
export function deleteCredential({ params }: ApiRequest, { state }: Tenant): ApiAnswer {
  const id = params['credential_id'] ?? '';
  const client = state.clients.get(params['id'] ?? '');
  if (
    client !== undefined &&
    JSON.stringify(client.fields['client_authentication_methods'] ?? {}).includes(`"${id}"`)
  ) {
    throw apiError(
      400,
      'You must unassociate the credential from the client before it can be deleted.',
      'invalid_body',
    );
  }
  if (state.credentials.get(id)?.clientId === params['id']) state.credentials.delete(id);
  return { status: 204 };
}

/**
 * Credentials that came within a new client: stores them, leaves references in the client, and returns what the answer to
 * the creation shows in place of the references.
 */
export function storeNewCredentials(client: StoredClient, holders: readonly string[], tenant: Tenant): JsonObject {
  const shown: JsonObject = {};
  for (const holder of holders) {
    const setting = client.fields[holder];
    if (setting === undefined) continue;
    client.fields[holder] = replaceCredentials(setting, (sent) => ({ id: store(client.id, sent, tenant).id }));
    shown[holder] = replaceCredentials(client.fields[holder], ({ id }) => {
      const credential = tenant.state.credentials.get(textOf(id));
      return credential === undefined ? {} : showCredential(credential);
    });
  }
  return shown;
}

/** Every element of every list called `credentials`, replaced. */
function replaceCredentials(setting: Json, replace: (credential: JsonObject) => JsonObject): Json {
  if (!isJsonObject(setting)) return setting;
  return Object.fromEntries(
    Object.entries(setting).map(([key, value]) =>
      key === 'credentials' && Array.isArray(value)
        ? [key, value.filter(isJsonObject).map(replace)]
        : [key, replaceCredentials(value, replace)],
    ),
  );
}

function store(clientId: string, given: JsonObject, tenant: Tenant): StoredCredential {
  const now = new Date(tenant.now()).toISOString();
  const pem = typeof given['pem'] === 'string' ? given['pem'] : undefined;
  const expiry = given['expires_at'];
  const fields = withoutNulls({
    credential_type: given['credential_type'] ?? null,
    name: given['name'] ?? (tenant.apiDate.has('credentialNameOmitted') ? null : ''),
    ...derived(given, pem),
    created_at: now,
    updated_at: now,
    ...(typeof expiry === 'string' ? { expires_at: new Date(expiry).toISOString() } : {}),
  });
  const credential = { id: newCredentialId(), clientId, fields, pem };
  tenant.state.credentials.set(credential.id, credential);
  return credential;
}

/** What Auth0 reads from the key or certificate. */
function derived(given: JsonObject, pem: string | undefined): JsonObject {
  switch (textOf(given['credential_type'])) {
    case 'x509_cert': {
      const certificate = parseCertificate(pem);
      const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
      return { thumbprint_sha256: thumbprint, expires_at: expiryOf(certificate) };
    }
    case 'cert_subject_dn':
      return { subject_dn: given['subject_dn'] ?? parseCertificate(pem).subject };
    default: {
      const own = { kid: given['kid'] ?? keyThumbprint(pem), alg: given['alg'] ?? 'RS256' };
      return given['parse_expiry_from_cert'] === true ? { ...own, expires_at: expiryOf(parseCertificate(pem)) } : own;
    }
  }
}

function parseCertificate(pem: string | undefined): X509Certificate {
  try {
    return new X509Certificate(pem ?? '');
  } catch (error) {
    throw Object.assign(invalidBody('The certificate in pem is not a valid X.509 certificate'), { cause: error });
  }
}

function expiryOf(certificate: X509Certificate): string {
  return new Date(certificate.validTo).toISOString();
}

/** RFC 7638, which is the kid Auth0 gives to a key without one. */
function keyThumbprint(pem: string | undefined): string {
  let jwk;
  try {
    jwk = createPublicKey(pem ?? '').export({ format: 'jwk' });
  } catch (error) {
    throw Object.assign(invalidBody('The key in pem is not a valid public key or certificate'), { cause: error });
  }
  const members =
    jwk.kty === 'RSA' ? { e: jwk.e, kty: jwk.kty, n: jwk.n } : { crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y };
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}

function showCredential({ id, fields }: StoredCredential): JsonObject {
  return { id, ...fields };
}

function ownerOf(params: Readonly<Record<string, string>>, { state }: Tenant): StoredClient {
  const client = state.clients.get(params['id'] ?? '');
  if (client === undefined) throw apiError(404, 'The client does not exist', 'inexistent_client');
  return client;
}

function existingCredential(params: Readonly<Record<string, string>>, { state }: Tenant): StoredCredential {
  const credential = state.credentials.get(params['credential_id'] ?? '');
  if (credential === undefined || credential.clientId !== params['id']) {
    throw apiError(404, 'The credential does not exist', 'inexistent_credential');
  }
  return credential;
}
