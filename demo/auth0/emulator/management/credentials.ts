/** /clients/{id}/credentials: public keys and certificates with which a client authenticates. */
import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { createCredentialSchema, updateCredentialSchema } from './schemas/credential-schemas.ts';
import { apiError, invalidBody } from './errors.ts';
import { parseCertificate, parsePublicKey, thumbprintOf } from './public-keys.ts';
import { newCredentialId } from '../ids.ts';
import { isJsonObject, objectOr, textOf, withoutNulls } from '../json.ts';
import type { Json, JsonObject } from '../json.ts';
import type { StoredClient, StoredCredential } from '../state.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';
import { validBody } from './validation.ts';

const MAX_CREDENTIALS = 2;

/** Settings of a client that hold credentials: a request that sends one creates or refers to them. */
export const HOLDERS = [
  'client_authentication_methods',
  'signed_request_object',
  'token_vault_privileged_access',
] as const;

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
  requireFeature(given, tenant);
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
  if (referencesIn(client?.fields['client_authentication_methods']).includes(id)) {
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
export function storeNewCredentials(client: StoredClient, tenant: Tenant): JsonObject {
  const shown: JsonObject = {};
  for (const holder of HOLDERS) {
    const setting = client.fields[holder];
    if (setting === undefined) continue;
    if (isJsonObject(setting)) requireFeature(setting, tenant);
    client.fields[holder] = replaceCredentials(setting, (sent) => ({ id: store(client.id, sent, tenant).id }));
    shown[holder] = replaceCredentials(client.fields[holder], ({ id }) => {
      const credential = tenant.state.credentials.get(textOf(id));
      return credential === undefined ? {} : showCredential(credential);
    });
  }
  return shown;
}

/** A PATCH enables credentials that the client has already, each of the kind that the method is for. */
export function refuseUnknownCredentials(clientId: string, given: JsonObject, tenant: Tenant): void {
  const known = tenant.state.credentialsOf(clientId);
  for (const holder of HOLDERS) {
    const setting = given[holder];
    if (isJsonObject(setting)) requireFeature(setting, tenant);
    const ids = referencesIn(setting);
    if (new Set(ids).size !== ids.length) {
      throw invalidBody(
        "Payload validation error: 'Array items are not unique' on property client_authentication_methods.",
      );
    }
    const missing = ids.filter((id) => !known.some((credential) => credential.id === id));
    if (missing.length > 0) throw invalidBody(`The client has no such credentials: ${missing.join(', ')}`);
  }
  const keys = referencesIn(objectOr(given['client_authentication_methods'])['private_key_jwt']);
  const wrong = known.filter(({ id, fields }) => keys.includes(id) && fields['credential_type'] !== 'public_key');
  if (wrong.length > 0) throw invalidBody('private_key_jwt takes credentials of the type public_key');
}

/** Private Key JWT is a feature of some plans. Recorded of other features; of this one the words are not known. */
function requireFeature(given: JsonObject, { switches }: Tenant): void {
  const asked = given['credential_type'] === 'public_key' || given['private_key_jwt'] !== undefined;
  if (asked && switches.privateKeyJwt === 'not-in-plan') {
    throw apiError(403, 'This feature is not enabled for this tenant.', 'feature_not_enabled');
  }
}

/** The ids in every list called `credentials`. */
export function referencesIn(setting: Json | undefined): string[] {
  if (!isJsonObject(setting)) return [];
  return Object.entries(setting).flatMap(([key, value]) =>
    key === 'credentials' && Array.isArray(value)
      ? value.filter(isJsonObject).map(({ id }) => textOf(id))
      : referencesIn(value),
  );
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
  const others = tenant.state.credentialsOf(clientId);
  if (others.length >= MAX_CREDENTIALS) {
    throw invalidBody(`A client can have no more than ${MAX_CREDENTIALS} credentials`);
  }
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
  const twin = others.find((other) => fields['kid'] !== undefined && other.fields['kid'] === fields['kid']);
  if (twin !== undefined && tenant.switches.sameKeyTwice === 'refuse') {
    throw invalidBody('The client has a credential with this key already');
  }
  const credential = { id: newCredentialId(), clientId, fields, pem };
  tenant.state.credentials.set(credential.id, credential);
  return credential;
}

/** What Auth0 reads from the key or certificate. */
function derived(given: JsonObject, pem: string | undefined): JsonObject {
  switch (textOf(given['credential_type'])) {
    case 'x509_cert': {
      const certificate = parseCertificate(pem ?? '');
      const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
      return { thumbprint_sha256: thumbprint, expires_at: expiryOf(certificate) };
    }
    case 'cert_subject_dn':
      return { subject_dn: given['subject_dn'] ?? parseCertificate(pem ?? '').subject };
    default:
      return { ...keyOf(given, pem ?? ''), ...parsedExpiry(given, pem ?? '') };
  }
}

function keyOf(given: JsonObject, pem: string): JsonObject {
  const key = parsePublicKey(pem);
  return { kid: given['kid'] ?? thumbprintOf(key), alg: given['alg'] ?? 'RS256' };
}

function parsedExpiry(given: JsonObject, pem: string): JsonObject {
  if (given['parse_expiry_from_cert'] !== true) return {};
  if (given['expires_at'] !== undefined) {
    throw invalidBody('parse_expiry_from_cert and expires_at are mutually exclusive');
  }
  return { expires_at: expiryOf(parseCertificate(pem)) };
}

function expiryOf(certificate: X509Certificate): string {
  return new Date(certificate.validTo).toISOString();
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
