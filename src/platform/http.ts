import { GrantryError } from '../model/errors.ts';
import { MAX_ANSWER, exchange } from './exchange.ts';
import type { Limits } from './exchange.ts';
import { networkFailureOf, printableUrl, unreachable } from './network-error.ts';
import type { Service } from './network-error.ts';
import type { HttpPorts } from './ports.ts';
import { DEFAULT_RETRY, retry, retryAfterMs } from './retry.ts';
import type { Again, Attempt, RetryPolicy } from './retry.ts';

type Form = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly service: Service;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as application/x-www-form-urlencoded. A function makes it anew for each attempt: some credentials are good for one. */
  readonly form?: Form | (() => Promise<Form>);
  /** Changes something that lasts: `onWrite` is called. */
  readonly writes?: boolean;
  /** May be executed twice without harm. Default: GET, PUT and DELETE. */
  readonly idempotent?: boolean;
  /** Asks for a list, which may be long. */
  readonly listing?: boolean;
  /** Milliseconds for one attempt, body included; default 30 seconds. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
}

/** An answer of any status. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined when it was empty or no JSON. */
  readonly body: unknown;
  /** Separates an empty body from a page of a proxy. The text itself is not kept: nothing may quote it. */
  readonly format: 'json' | 'empty' | 'other';
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * One request and its answer, whatever its status. Throws UNREACHABLE when there is no answer, or a redirect
 * (following it would carry credentials to a host nobody named). Repeats what can be repeated without harm.
 */
export async function requestJson(request: HttpRequest, ports: HttpPorts): Promise<HttpResponse> {
  checkUrl(request);
  checkHeaders(request);
  const response = await send(request, ports).catch((error: unknown) => {
    throw asGrantryError(error, request.service, request.url, ports.signal);
  });
  refuseRedirect(request, response);
  return response;
}

/** `fetch` refuses such URLs too, but quotes them. */
function checkUrl({ service, url }: HttpRequest): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new GrantryError('INVALID_INPUT', `The address of ${service.name} is not an http or https URL`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new GrantryError(
      'INVALID_INPUT',
      `The address of ${service.name} contains credentials: ${printableUrl(url)}`,
      {
        hint: 'Remove them from the URL; the Target has a place for credentials.',
      },
    );
  }
}

/** What a header may hold (RFC 9110 section 5.5). Of anything else `fetch` says only that it is a TypeError. */
const HEADER_VALUE = /^[\t\x20-\x7E\x80-\xFF]*$/;

/** What is in them may be a credential: it is not quoted. */
function checkHeaders({ service, headers = {} }: HttpRequest): void {
  const [name] = Object.entries(headers).find(([, value]) => !HEADER_VALUE.test(value)) ?? [];
  if (name === undefined) return;
  throw new GrantryError(
    'INVALID_INPUT',
    `What ${service.name} is to get in the header ${name} holds a character that no header can carry`,
    { hint: 'Was a credential copied with typographic quotes, or from a page that was laid out?' },
  );
}

/**
 * What a failed request should look like to the user: UNREACHABLE for a network failure, INTERRUPTED for an abort.
 * Anything else is returned as it is. For clients that call `fetch` on their own.
 */
export function asGrantryError(error: unknown, service: Service, url: string, signal?: AbortSignal): unknown {
  if (error instanceof GrantryError) {
    return error;
  }
  if (signal?.aborted === true) {
    return signal.reason instanceof GrantryError
      ? signal.reason
      : new GrantryError('INTERRUPTED', `Interrupted while talking to ${service.name} at ${printableUrl(url)}`);
  }
  const failure = networkFailureOf(error);
  return failure === undefined ? error : unreachable(service, url, failure);
}

/** Whether an outcome calls for another attempt: see `retry`. */
export function againFor(
  idempotent: boolean,
  outcome: Attempt<{ readonly status: number; readonly headers: Headers }>,
  now: number,
): Again {
  if ('error' in outcome) {
    const failure = networkFailureOf(outcome.error);
    return failure !== undefined && failure.transient && (idempotent || failure.notExecuted) ? {} : false;
  }
  const { status, headers } = outcome.value;
  // 429 refuses before acting. A 5xx may come from a proxy that lost the answer of a server that acted, or from a
  // server whose database was away for a moment.
  if (status === 429 || (idempotent && (status === 500 || (status >= 502 && status <= 504)))) {
    return { afterMs: retryAfterMs(headers, now) };
  }
  return false;
}

/** Whether a server may have done what a request asked for: all but refusals, and requests that never arrived. */
export function mayHaveActed(outcome: Attempt<{ readonly status: number }>): boolean {
  if ('value' in outcome) return outcome.value.status < 400 || outcome.value.status >= 500;
  // Ours was thrown in place of the request: the lock was lost, or there was no token.
  if (outcome.error instanceof GrantryError) return false;
  return networkFailureOf(outcome.error)?.notExecuted !== true;
}

function isIdempotent(method: HttpRequest['method']): boolean {
  return method === 'GET' || method === 'PUT' || method === 'DELETE';
}

async function send(request: HttpRequest, ports: HttpPorts): Promise<HttpResponse> {
  const { url, method, idempotent = isIdempotent(method), writes = false, timeoutMs = DEFAULT_TIMEOUT_MS } = request;
  const maxBytes = request.listing === true ? MAX_ANSWER.listing : MAX_ANSWER.object;
  const limits = { timeoutMs, maxBytes, idempotent, writes };
  const answer = await persist(ports, url, () => messageOf(request), {
    ...limits,
    policy: request.retry ?? DEFAULT_RETRY,
  });
  return { status: answer.status, headers: answer.headers, ...parse(await answer.text()) };
}

export interface Persistence extends Limits {
  /** May be executed twice without harm. */
  readonly idempotent: boolean;
  /** Changes something that lasts: `onWrite` is called. */
  readonly writes: boolean;
  readonly policy?: RetryPolicy;
}

/** An exchange that is repeated for as long as that can be done without harm; its last answer, of whatever status. */
export async function persist(
  ports: HttpPorts,
  url: string | URL,
  init: RequestInit | (() => Promise<RequestInit>),
  { idempotent, writes, policy, ...limits }: Persistence,
): Promise<Response> {
  return retry(
    async () => exchange(ports, url, typeof init === 'function' ? await init() : init, limits),
    (outcome) => {
      if (writes && mayHaveActed(outcome)) ports.onWrite?.();
      return againFor(idempotent, outcome, ports.clock.now());
    },
    ports,
    policy,
  );
}

async function messageOf(request: HttpRequest): Promise<RequestInit> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'grantry', ...request.headers };
  const base = { method: request.method, headers };
  if (request.json !== undefined) {
    headers['content-type'] ??= 'application/json';
    return { ...base, body: JSON.stringify(request.json) };
  }
  if (request.form !== undefined) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
    const form = typeof request.form === 'function' ? await request.form() : request.form;
    return { ...base, body: new URLSearchParams(form).toString() };
  }
  return base;
}

function parse(text: string): Pick<HttpResponse, 'body' | 'format'> {
  if (text === '') {
    return { body: undefined, format: 'empty' };
  }
  try {
    return { body: JSON.parse(text) as unknown, format: 'json' };
  } catch {
    // The error of JSON.parse quotes the text.
    return { body: undefined, format: 'other' };
  }
}

function refuseRedirect({ service, url }: HttpRequest, { status, headers }: HttpResponse): void {
  if (isRedirect(status)) throw redirected(service, url, headers);
}

export function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399 && status !== 304;
}

/** The error for an answer that sends the client elsewhere, with its credentials. */
export function redirected(service: Service, url: string, headers: Headers): GrantryError {
  const location = headers.get('location') ?? '';
  // Its path may repeat what was sent.
  const to = URL.canParse(location, url) ? printableUrl(new URL('/', new URL(location, url)).href) : 'another place';
  const message = `${service.name} at ${printableUrl(url)} redirects to ${to}, which is not followed`;
  return new GrantryError('UNREACHABLE', message, {
    hint: `If that is where it lives, put this address into the Target. ${service.check}`,
  });
}
