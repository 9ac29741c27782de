/** The Management API's errors in their real shape: `statusCode`, `error`, `message` and mostly `errorCode`. */
import type { JsonObject } from '../json.ts';

const NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** An answer that ends a request: thrown by handlers, written by the server. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A refusal of the Management API; some of the real ones carry no `errorCode`. */
export function apiError(status: number, message: string, errorCode?: string): Refusal {
  const body = { statusCode: status, error: NAMES[status] ?? 'Error', message };
  return new Refusal(status, errorCode === undefined ? body : { ...body, errorCode });
}

export function invalidBody(message: string): Refusal {
  return apiError(400, message, 'invalid_body');
}

export function invalidQuery(message: string): Refusal {
  return apiError(400, `Query validation error: ${message}`, 'invalid_query_string');
}

/** 403 for a token that carries none of the scopes. */
export function insufficientScope(anyOf: readonly string[]): Refusal {
  return apiError(403, `Insufficient scope, expected any of: ${anyOf.join(',')}`, 'insufficient_scope');
}

/** A refusal of the token endpoint: OAuth's shape, not the Management API's. */
export function oauthError(status: number, error: string, description: string, extra: JsonObject = {}): Refusal {
  return new Refusal(status, { error, error_description: description, ...extra });
}
