import type { Secret } from '../../model/secrets/secret.ts';
import { checkServer, productOf } from './product.ts';
import type { VaultSettings } from './settings.ts';
import { requestJson } from '../../platform/http.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import type { Service } from '../../platform/network-error.ts';
import type { HttpPorts } from '../../platform/ports.ts';

/** One call of the HTTP API. */
export interface VaultCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /v1/, such as `auth/token/lookup-self`; not yet encoded. */
  readonly path: string;
  readonly query?: string;
  readonly json?: unknown;
  readonly idempotent?: boolean;
  /** Changes what users see: a document or its mark, not a record of grantry's own. */
  readonly writes?: boolean;
}

/** Sends a call with a token (undefined: a login) and returns the answer of any status. */
export type VaultTransport = (call: VaultCall, token: Secret | undefined) => Promise<HttpResponse>;

/** The one place where a token is put on the wire. */
export function createTransport(settings: VaultSettings, ports: HttpPorts): VaultTransport {
  const service: Service = { name: productOf(settings).label, check: checkServer(settings) };
  return (call, token) => {
    const request: HttpRequest = {
      service,
      method: call.method,
      url: urlOf(settings, call),
      headers: {
        // Vault Agent and Vault Proxy can be set to refuse requests without it.
        'x-vault-request': 'true',
        ...(settings.namespace === undefined ? {} : { 'x-vault-namespace': settings.namespace }),
        ...(token === undefined ? {} : { 'x-vault-token': token.reveal() }),
        ...(call.method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}),
      },
      ...(call.json === undefined ? {} : { json: call.json }),
      listing: call.query !== undefined,
      ...(call.idempotent === undefined ? {} : { idempotent: call.idempotent }),
      ...(call.writes === undefined ? {} : { writes: call.writes }),
    };
    return requestJson(request, ports);
  };
}

function urlOf(settings: VaultSettings, call: VaultCall): string {
  const path = call.path.split('/').map(encodeURIComponent).join('/');
  return `${settings.address}/v1/${path}${call.query === undefined ? '' : `?${call.query}`}`;
}
