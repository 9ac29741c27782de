import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { quoted } from '../../model/text/printable.ts';
import { describeMismatch } from '../../platform/mismatch.ts';
import type { HttpResponse } from '../../platform/http.ts';

/** What was attempted, for the wording of an error. */
export interface Attempted {
  /** Base URL of the Vault. */
  readonly address: string;
  /** The API path, as a policy names it: `secret/data/m2m/a`. */
  readonly path: string;
  /** The capabilities that it may take, as a policy names them. */
  readonly capabilities: readonly string[];
  /** Where the token came from, as `Secret.origin` says it. */
  readonly tokenOrigin?: string;
}

const errorBody = z.object({ errors: z.array(z.string()) });

/** What Vault says went wrong, to be compared with known phrases. It may quote what was sent: shown by `wordsOf` only. */
export function phrasesOf(response: HttpResponse): string {
  const parsed = errorBody.safeParse(response.body);
  return parsed.success ? parsed.data.errors.join('\n') : '';
}

/** The same behind a colon, fit to be shown. */
export function wordsOf(response: HttpResponse): string {
  const phrases = phrasesOf(response).trim();
  return phrases === '' ? '' : `: ${quoted(phrases)}`;
}

/** Vault's way to say that nothing lies there: 404 with an empty list of errors, and nothing else. */
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
  const { address, path } = attempted;
  if (phrases.includes('Vault is sealed')) {
    return unreachable(`Vault at ${address} is sealed`, `Unseal it (vault operator unseal). ${check(address)}`);
  }
  if (phrases === '' && !isVaultLike(response)) {
    return notVault(response, address);
  }
  if (response.status === 403) {
    return forbidden(response, attempted);
  }
  if (response.status === 404 && phrases.includes('no handler for route "v1/')) {
    return addressWithVersion(address);
  }
  if (response.status === 404 && phrases.includes('no handler for route')) {
    return noMount(address, path.split('/')[0] ?? path);
  }
  if (response.status === 429) {
    return unreachable(`Vault at ${address} keeps refusing requests: rate limit (429)`, 'Try again later.');
  }
  if (response.status >= 500) {
    return unreachable(`Vault at ${address} answers ${response.status} at ${path}`, check(address));
  }
  return new GrantryError('FAILED', `Vault at ${address} answers ${response.status} at ${path}${wordsOf(response)}`, {
    hint: 'The audit log of Vault has the details.',
  });
}

/** The error for an answer of status 200 that does not look as documented: which field, and what the server warns of. */
export function unexpectedBody(response: HttpResponse, attempted: Attempted, error: z.ZodError): GrantryError {
  if (response.format !== 'json') return notVault(response, attempted.address);
  const { data } = warningsBody.safeParse(response.body);
  const warned = data === undefined ? '' : `. It warns: ${quoted(data.warnings.join('; '))}`;
  return unreachable(
    `Vault at ${attempted.address} gave an answer at ${attempted.path} that does not look like Vault's: ${describeMismatch(error)}${warned}`,
    'It may be another server, such as OpenBao, which is not supported, or one that is not as it is documented.',
  );
}

const warningsBody = z.object({ warnings: z.array(z.string()).min(1) });

/** The error for a server that lists, but not what was asked for. */
export function ignoredParameter(parameter: string, { address, path }: Attempted): GrantryError {
  return unreachable(
    `Vault at ${address} says that it does not know ${parameter}, which it was asked for at ${path}: documents that are deleted would be taken for good ones`,
    'It may be another server, such as OpenBao, which is not supported.',
  );
}

/** The error for an address that ends in the version of the API, which is put behind it. */
function addressWithVersion(address: string): GrantryError {
  return new GrantryError(
    'NOT_ALLOWED',
    `Vault at ${address} is asked for paths behind /v1 twice: the address holds it already`,
    {
      hint: 'Give spec.store.vault.address without /v1, as VAULT_ADDR has it.',
    },
  );
}

/** The error for a mount that holds a part of a path: the secrets engine stands above it. */
export function mountAbove(
  address: string,
  { mount, found }: { readonly mount: string; readonly found: string },
): GrantryError {
  const [engine, rest] = [found.replace(/\/$/, ''), mount.slice(found.length)];
  return new GrantryError(
    'NOT_ALLOWED',
    `The secrets engine of Vault at ${address} stands at ${engine}/, not at ${mount}/: ${rest} is a part of the path in it`,
    { hint: `Set spec.store.vault.mount to ${engine}, and begin its prefix with ${rest}.` },
  );
}

/** The error for a mount that is not there, or that the token may not see: Vault does not say which. */
export function noMount(address: string, mount: string): GrantryError {
  const message = `Vault at ${address} has no secrets engine at ${mount}/, or the login may not see it`;
  return new GrantryError('NOT_ALLOWED', message, {
    hint: `Check spec.store.vault.mount and namespace. To create it: vault secrets enable -path=${mount} -version=2 kv. To grant access: docs/vault.md.`,
  });
}

function forbidden(response: HttpResponse, attempted: Attempted): GrantryError {
  const { address, path, tokenOrigin = '' } = attempted;
  if (saysInvalidToken(response)) {
    const message = `Vault at ${address} does not accept the token${tokenOrigin}: wrong, expired or revoked`;
    return new GrantryError('NOT_ALLOWED', message, {
      hint: `Check it with: VAULT_ADDR=${address} vault token lookup`,
    });
  }
  const capabilities = attempted.capabilities.map((capability) => `"${capability}"`);
  return new GrantryError(
    'NOT_ALLOWED',
    `Vault at ${address} does not allow ${capabilities.join(' and ')} on ${path}`,
    {
      hint: `The policy needs capabilities = [${capabilities.join(', ')}] for the whole prefix: a longer path of its own would take the others away. docs/vault-policy.hcl is all that is needed, and vault-policy-purge.hcl for --purge-store.`,
    },
  );
}

function notVault(response: HttpResponse, address: string): GrantryError {
  const what = response.format === 'other' ? 'a page that is not JSON' : 'something else than Vault';
  return unreachable(
    `At ${address} answers ${what} (status ${response.status})`,
    `A proxy or another server may be in the way. ${check(address)}`,
  );
}

function isVaultLike(response: HttpResponse): boolean {
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

function check(address: string): string {
  return `Check it with: VAULT_ADDR=${address} vault status`;
}
