import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { quoted } from '../../model/text/printable.ts';
import { shellWord } from '../../model/text/shell-word.ts';
import { describeMismatch } from '../../platform/mismatch.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { checkServer, commandOf, nameOfServer, productOf } from './product.ts';
import type { ProductKind, Server } from './product.ts';

/** What was attempted, for the wording of an error. */
export interface Attempted {
  readonly server: Server;
  /** The API path, as a policy names it: `secret/data/m2m/a`. */
  readonly path: string;
  /** The capabilities that it may take, as a policy names them. */
  readonly capabilities: readonly string[];
  /** Where the token came from, as `Secret.origin` says it. */
  readonly tokenOrigin?: string;
}

const errorBody = z.object({ errors: z.array(z.string()) });

/** What the server says went wrong, to be compared with known phrases. It may quote what was sent: shown by `wordsOf` only. */
export function phrasesOf(response: HttpResponse): string {
  const parsed = errorBody.safeParse(response.body);
  return parsed.success ? parsed.data.errors.join('\n') : '';
}

/** The same behind a colon, fit to be shown. */
export function wordsOf(response: HttpResponse): string {
  const phrases = phrasesOf(response).trim();
  return phrases === '' ? '' : `: ${quoted(phrases)}`;
}

/** The server's way to say that nothing lies there: 404 with an empty list of errors, and nothing else. */
export function isAbsent(response: HttpResponse): boolean {
  const parsed = errorBody.safeParse(response.body);
  return response.status === 404 && parsed.success && parsed.data.errors.length === 0;
}

export function isCasMismatch(response: HttpResponse): boolean {
  return response.status === 400 && phrasesOf(response).includes('check-and-set parameter did not match');
}

/** True when a 403 is about the token itself, not about what it may do. Older servers do not say. */
export function saysInvalidToken(response: HttpResponse): boolean {
  return response.status === 403 && phrasesOf(response).includes('invalid token');
}

/** The error for an answer that is not the one expected. */
export function vaultError(response: HttpResponse, attempted: Attempted): GrantryError {
  const phrases = phrasesOf(response);
  const { server, path } = attempted;
  const named = nameOfServer(server);
  if (/^(?:Vault|OpenBao) is sealed/m.test(phrases)) {
    return unreachable(
      `${named} is sealed`,
      `Unseal it (${productOf(server).command} operator unseal). ${checkServer(server)}`,
    );
  }
  if (phrases === '' && !isLikeTheProduct(response)) {
    return notTheProduct(response, server);
  }
  if (response.status === 403) {
    return forbidden(response, attempted);
  }
  if (response.status === 404 && phrases.includes('no handler for route "v1/')) {
    return addressWithVersion(server);
  }
  if (response.status === 404 && phrases.includes('no handler for route')) {
    return noMount(server, path.split('/')[0] ?? path);
  }
  if (response.status === 429) {
    return unreachable(`${named} keeps refusing requests: rate limit (429)`, 'Try again later.');
  }
  if (response.status >= 500) {
    return unreachable(`${named} answers ${response.status} at ${path}`, checkServer(server));
  }
  return new GrantryError('FAILED', `${named} answers ${response.status} at ${path}${wordsOf(response)}`, {
    hint: `The audit log of ${productOf(server).label} has the details.`,
  });
}

/** The error for an answer of status 200 that does not look as documented: which field, and what the server warns of. */
export function unexpectedBody(response: HttpResponse, attempted: Attempted, error: z.ZodError): GrantryError {
  const { server, path } = attempted;
  if (response.format !== 'json') return notTheProduct(response, server);
  const { data } = warningsBody.safeParse(response.body);
  const warned = data === undefined ? '' : `. It warns: ${quoted(data.warnings.join('; '))}`;
  return unreachable(
    `${nameOfServer(server)} gave an answer at ${path} that does not look like ${productOf(server).label}'s: ${describeMismatch(error)}${warned}`,
    'It may be another server, or one that is not as it is documented.',
  );
}

const warningsBody = z.object({ warnings: z.array(z.string()).min(1) });

/** The error for a server that lists, but not what was asked for. */
export function ignoredParameter(parameter: string, { server, path }: Attempted): GrantryError {
  return unreachable(
    `${nameOfServer(server)} says that it does not know ${parameter}, which it was asked for at ${path}: documents that are deleted would be taken for good ones`,
    'It may be another server. Of OpenBao spec.store says so by its key: store: {openbao: …}.',
  );
}

/** The error for an address that ends in the version of the API, which is put behind it. */
function addressWithVersion(server: Server): GrantryError {
  return new GrantryError(
    'NOT_ALLOWED',
    `${nameOfServer(server)} is asked for paths behind /v1 twice: the address holds it already`,
    {
      hint: `Give spec.store.${server.kind}.address without /v1, as ${productOf(server).addressVariable} has it.`,
    },
  );
}

/** The error for a mount that holds a part of a path: the secrets engine stands above it. */
export function mountAbove(
  server: Server,
  { mount, found }: { readonly mount: string; readonly found: string },
): GrantryError {
  const [engine, rest] = [found.replace(/\/$/, ''), mount.slice(found.length)];
  return new GrantryError(
    'NOT_ALLOWED',
    `The secrets engine of ${nameOfServer(server)} stands at ${engine}/, not at ${mount}/: ${rest} is a part of the path in it`,
    { hint: `Set spec.store.${server.kind}.mount to ${engine}, and begin its prefix with ${rest}.` },
  );
}

/** The error for a mount that is not there, or that the token may not see: the server does not say which. */
export function noMount(server: Server, mount: string, tokenOrigin = ''): GrantryError {
  const message = `${nameOfServer(server)} has no secrets engine at ${mount}/, or the login may not see it${orDeadToken(server, tokenOrigin)}`;
  return new GrantryError('NOT_ALLOWED', message, {
    hint: `Check spec.store.${server.kind}.mount and namespace. To create it: ${productOf(server).command} secrets enable ${shellWord(`-path=${mount}`)} -version=2 kv. To grant access: ${productOf(server).page}.`,
  });
}

/** OpenBao refuses a token that is wrong with the same words as one that may not do something. */
function orDeadToken({ kind }: Server, tokenOrigin: string): string {
  return kind === 'openbao' ? `, or it does not accept the token${tokenOrigin}` : '';
}

function deadTokenHint(server: Server, tokenOrigin: string): string {
  return server.kind === 'openbao'
    ? ` The token${tokenOrigin} may be wrong, expired or revoked too: ${commandOf(server, 'token', 'lookup')}`
    : '';
}

function forbidden(response: HttpResponse, attempted: Attempted): GrantryError {
  const { server, path, tokenOrigin = '' } = attempted;
  const { policies } = productOf(server);
  if (saysInvalidToken(response)) {
    const message = `${nameOfServer(server)} does not accept the token${tokenOrigin}: wrong, expired or revoked`;
    return new GrantryError('NOT_ALLOWED', message, {
      hint: `Check it with: ${commandOf(server, 'token', 'lookup')}`,
    });
  }
  const capabilities = attempted.capabilities.map((capability) => `"${capability}"`);
  return new GrantryError(
    'NOT_ALLOWED',
    `${nameOfServer(server)} does not allow ${capabilities.join(' and ')} on ${path}`,
    {
      hint: `The policy needs capabilities = [${capabilities.join(', ')}] for the whole prefix: a longer path of its own would take the others away. ${policies.apply} is all that is needed, and ${policies.purge} for --purge-store.${deadTokenHint(server, tokenOrigin)}`,
    },
  );
}

function notTheProduct(response: HttpResponse, server: Server): GrantryError {
  const what =
    response.format === 'other' ? 'a page that is not JSON' : `something else than ${productOf(server).label}`;
  return unreachable(
    `At ${server.address} answers ${what} (status ${response.status})`,
    `A proxy or another server may be in the way. ${checkServer(server)}`,
  );
}

function isLikeTheProduct(response: HttpResponse): boolean {
  return (
    response.format === 'json' &&
    typeof response.body === 'object' &&
    response.body !== null &&
    ('errors' in response.body || 'request_id' in response.body)
  );
}

function unreachable(message: string, hint?: string): GrantryError {
  return new GrantryError('UNREACHABLE', message, hint === undefined ? {} : { hint });
}

/** The error for a server that is of the other product: it lists in its own way, and its commands have other names. */
export function otherProduct(server: Server, found: ProductKind): GrantryError {
  const message = `At ${server.address} answers ${productOf({ kind: found }).label}, not ${productOf(server).label}`;
  return new GrantryError('NOT_ALLOWED', message, {
    hint: `Name it so in the Target, with the same settings: store: {${found}: …} in the place of store: {${server.kind}: …}.`,
  });
}
