/** Bodies for /clients that fit the schema and are refused all the same. */
import { invalidBody, Refusal } from './errors.ts';
import { isJsonObject, objectOr, stringsOf } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { StoredClient } from '../state.ts';

/** Two ways to authenticate at once, and a grant type that needs one where there is none. */
export function refuseContradictions(given: JsonObject): void {
  if (isJsonObject(given['client_authentication_methods']) && typeof given['token_endpoint_auth_method'] === 'string') {
    throw invalidBody('client_authentication_methods and token_endpoint_auth_method are mutually exclusive');
  }
  if (
    given['token_endpoint_auth_method'] === 'none' &&
    stringsOf(given['grant_types']).includes('client_credentials')
  ) {
    throw new Refusal(400, {
      statusCode: 400,
      error: 'Bad Request',
      message: 'Invalid grant types: client_credentials',
      errorCode: 'invalid_body',
    });
  }
}

/** A client has one way to authenticate at least: a request must not take both settings away. */
export function refuseNoMethod(given: JsonObject): void {
  if (given['client_authentication_methods'] === null && given['token_endpoint_auth_method'] === null) {
    throw invalidBody('client_authentication_methods and token_endpoint_auth_method cannot both be null');
  }
}

/** Keys are for clients whose tokens are signed with RS256; `settings` are those of the client after the request. */
export function refuseOtherAlgorithm(given: JsonObject, settings: JsonObject): void {
  if (!isJsonObject(objectOr(given['client_authentication_methods'])['private_key_jwt'])) return;
  if (objectOr(settings['jwt_configuration'])['alg'] !== 'RS256') {
    throw invalidBody('To configure client_authentication_methods, jwt_configuration.alg must be set to RS256');
  }
}

/** Settings that are made once: sending another value is refused, sending the same one is not. */
export function refuseImmutable({ fields }: StoredClient, given: JsonObject): void {
  const mode = given['third_party_security_mode'];
  if (mode !== undefined && mode !== fields['third_party_security_mode']) {
    throw invalidBody('third_party_security_mode cannot be changed');
  }
}
