import { GrantryError } from '../model/errors.ts';

/** Which server a request is for, as errors word it. */
export interface Service {
  /** What errors call it. */
  readonly name: string;
  /** A sentence that says how to check it, such as ``Check it with `curl URL`.`` */
  readonly check: string;
  /** What to do about a certificate of a CA that is not known; default: NODE_EXTRA_CA_CERTS. */
  readonly unknownCa?: string;
}

type Kind = 'refused' | 'dns' | 'tls' | 'timeout' | 'broken' | 'proxy' | 'huge';

/** Why a request got no answer. */
export interface NetworkFailure {
  readonly kind: Kind;
  /** True when the server cannot have acted on the request, so that any request may be repeated. */
  readonly notExecuted: boolean;
  /** True when waiting may help. */
  readonly transient: boolean;
  /** The code of Node or undici, such as `ECONNREFUSED`. */
  readonly code: string;
  /** The port that was tried: not that of the URL when there is a proxy in between. */
  readonly port?: number;
}

const REFUSED = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']);
const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA']);
const NO_CONNECTION = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const TIMEOUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'TimeoutError']);
/** Certificates that a private CA explains. */
const UNKNOWN_CA = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

/** Reads what `fetch` threw; undefined when it is no network failure (a bug, or an abort by the caller). */
export function networkFailureOf(error: unknown): NetworkFailure | undefined {
  for (const { code, syscall, port } of chainOf(error)) {
    const failure = classify(code, syscall);
    if (failure !== undefined) {
      return { ...failure, code, ...(port === undefined ? {} : { port }) };
    }
  }
  if (error instanceof TypeError && /fetch failed|terminated/.test(error.message)) {
    return { kind: 'broken', notExecuted: false, transient: true, code: 'connection broken' };
  }
  return undefined;
}

function classify(code: string, syscall: unknown): Omit<NetworkFailure, 'code' | 'port'> | undefined {
  if (REFUSED.has(code)) {
    return { kind: 'refused', notExecuted: true, transient: true };
  }
  if (DNS.has(code)) {
    return { kind: 'dns', notExecuted: true, transient: code === 'EAI_AGAIN' };
  }
  if (NO_CONNECTION.has(code)) {
    return { kind: 'timeout', notExecuted: code !== 'ETIMEDOUT' || syscall === 'connect', transient: true };
  }
  if (TIMEOUT.has(code)) {
    return { kind: 'timeout', notExecuted: false, transient: true };
  }
  if (UNKNOWN_CA.has(code) || /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(code)) {
    return { kind: 'tls', notExecuted: true, transient: false };
  }
  if (code === 'UND_ERR_ABORTED') {
    // What undici says when a proxy answers CONNECT with anything but 200.
    return { kind: 'proxy', notExecuted: true, transient: false };
  }
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    // Of an answer that does not end, or that was small only while it was packed.
    return { kind: 'huge', notExecuted: false, transient: false };
  }
  if (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'UND_ERR_SOCKET' ||
    code.startsWith('HPE_') ||
    code.startsWith('Z_')
  ) {
    return { kind: 'broken', notExecuted: false, transient: true };
  }
  return undefined;
}

interface Link {
  readonly code: string;
  readonly syscall: unknown;
  readonly port: number | undefined;
}

/** The error and its causes, outermost first; also the members of an AggregateError (one per address tried). */
function* chainOf(error: unknown, depth = 0): Generator<Link> {
  if (!(error instanceof Error) || depth > 5) {
    return;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const port = 'port' in error && typeof error.port === 'number' ? error.port : undefined;
  yield { code, syscall: 'syscall' in error ? error.syscall : undefined, port };
  yield* chainOf(error.cause, depth + 1);
  if (error instanceof AggregateError) {
    for (const member of error.errors) {
      yield* chainOf(member, depth + 1);
    }
  }
}

/** A URL as output may show it: without credentials, query and fragment. */
export function printableUrl(url: string): string {
  if (!URL.canParse(url)) {
    return '(not a URL)';
  }
  const { origin, protocol, host, pathname } = new URL(url);
  return `${origin === 'null' ? `${protocol}//${host}` : origin}${pathname === '/' ? '' : pathname}`;
}

type Words = (failure: NetworkFailure, host: string, service: Service) => { message: string; advice?: string };

const WORDING: Readonly<Record<Kind, Words>> = {
  refused: ({ code }) => ({ message: `nothing accepts connections there (${code})`, advice: 'Is the server up?' }),
  dns: ({ code }, host) => ({
    message: `the name ${host} does not resolve (${code})`,
    advice: 'Check the host name.',
  }),
  timeout: ({ code }) => ({
    message: `no answer in time${code === 'TimeoutError' ? '' : ` (${code})`}`,
    advice: 'A firewall or proxy may be in the way.',
  }),
  broken: ({ code }) => ({ message: `the connection broke off (${code})` }),
  proxy: ({ code }) => ({
    message: `the proxy refuses (${code})`,
    advice: 'Check HTTPS_PROXY (does it want a login?) and NO_PROXY.',
  }),
  huge: () => ({
    message: 'its answer is larger than any that is asked for, or does not end',
    advice: 'Is it that server which answers there?',
  }),
  tls: ({ code }, _, { unknownCa }) => ({ message: `TLS failed (${code})`, advice: tlsAdvice(code, unknownCa) }),
};

/** The error for a server that gave no answer: UNREACHABLE, with the URL and how to check. */
export function unreachable(service: Service, url: string, failure: NetworkFailure): GrantryError {
  const where = printableUrl(url);
  const { hostname, protocol, port } = new URL(url);
  const { message, advice } = WORDING[failure.kind](failure, hostname, service);
  const expected = Number(port || (protocol === 'https:' ? 443 : 80));
  const via =
    failure.port === undefined || failure.port === expected ? '' : ` through the proxy on port ${failure.port}`;
  return new GrantryError('UNREACHABLE', `${service.name} cannot be reached at ${where}${via}: ${message}`, {
    hint: advice === undefined ? service.check : `${advice} ${service.check}`,
  });
}

const EXTRA_CA = 'set NODE_EXTRA_CA_CERTS to the PEM file of that CA.';

function tlsAdvice(code: string, unknownCa = EXTRA_CA): string {
  if (UNKNOWN_CA.has(code)) return `Its certificate comes from an unknown CA or is self-signed: ${unknownCa}`;
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'Renew the certificate, or correct the clock of this machine.';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'The certificate is for another host name.';
  }
  return 'Is it really https that the server speaks on this port?';
}
