/**
 * An HTTP reverse proxy that records every request and can break chosen ones. It passes the Host header on, so that a
 * Keycloak behind it issues tokens in the name of the proxy's own URL.
 */
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { request as sendOverTls } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { listenOnLoopback } from './listening.ts';
import { acceptList, originalMethod } from './list-method.ts';

export interface RecordedRequest {
  readonly method: string;
  /** With the query. AWS names what is asked in a header: `/DescribeSecret` stands for it. */
  readonly path: string;
  /** What the client got; undefined when the connection was dropped or the answer is still to come. */
  readonly status: number | undefined;
  /** What the upstream answered; undefined when it was not asked. */
  readonly upstreamStatus: number | undefined;
  /** When it came, and when its answer was passed on (undefined: never), in milliseconds of `performance.now`. */
  readonly receivedAt: number;
  readonly answeredAt: number | undefined;
}

export type Fault =
  | { readonly kind: 'drop-before' } // the upstream never sees the request
  | { readonly kind: 'drop-after' } // the upstream has done it, the client never learns
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'delay'; readonly ms: number }
  /** The answer is another one. */
  | { readonly kind: 'rewrite'; readonly body: (text: string) => string }
  /** Somebody else does something just before the upstream sees the request, or just after. */
  | { readonly kind: 'meanwhile'; readonly when: 'before' | 'after'; readonly act: () => Promise<void> };

export interface FaultRule {
  readonly fault: Fault;
  readonly match: (request: { readonly method: string; readonly path: string }) => boolean;
  /** Which of the matching requests, counted from 1 and from the call of `inject`; default 1. */
  readonly nth?: number;
  /** How many in a row from there; default 1. */
  readonly times?: number;
}

/** A request as the proxy got it. */
export interface ProxiedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Stands between the proxy and the upstream: passes a request on, as it is or with another body, or answers it itself. */
export type Intercept = (request: ProxiedRequest, pass: (body?: string) => Promise<Answer>) => Promise<Answer>;

export interface CountingProxy {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests that change something: not GET, HEAD, LIST, and not a login, a token request or an introspection. */
  writes(): readonly RecordedRequest[];
  inject(rule: FaultRule): void;
  /** Forgets requests and faults. */
  reset(): void;
  close(): Promise<void>;
}

const READS = new Set(['GET', 'HEAD', 'LIST', 'OPTIONS']);
const LOGINS =
  /\/protocol\/openid-connect\/(token|token\/introspect)$|^\/v1\/auth\/.+\/(login|renew-self|revoke-self|lookup-self)$/;

const AWS_READS = /^\/(Describe|Get|List)[A-Z][A-Za-z]+$/;

function isRead(method: string, path: string): boolean {
  return READS.has(method) || LOGINS.test(path) || AWS_READS.test(path);
}

function awsAction({ headers }: IncomingMessage): string | undefined {
  const { 'x-amz-target': target } = headers;
  return typeof target === 'string' ? `/${target.split('.').at(-1) ?? ''}` : undefined;
}

export interface ProxyOptions {
  /** In PEM, of an upstream that is reached by https. */
  readonly ca?: string;
  /** Passes one request on after the other: for an upstream whose threads get into each other's way. */
  readonly oneAtATime?: boolean;
  readonly intercept?: Intercept;
}

export async function startCountingProxy(
  upstream: string,
  { ca, oneAtATime = false, intercept }: ProxyOptions = {},
): Promise<CountingProxy> {
  const lane = pLimit(oneAtATime ? 1 : Number.POSITIVE_INFINITY);
  const requests: RecordedRequest[] = [];
  const rules: { rule: FaultRule; seen: number }[] = [];

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const method = originalMethod(incoming);
    const path = awsAction(incoming) ?? incoming.url ?? '/';
    const record: { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] } = {
      method,
      path,
      status: undefined,
      upstreamStatus: undefined,
      receivedAt: performance.now(),
      answeredAt: undefined,
    };
    requests.push(record);
    const fault = nextFault(rules, { method, path });
    if (fault?.kind === 'drop-before') return void incoming.socket.destroy();
    if (fault?.kind === 'status') {
      record.status = fault.status;
      incoming.resume();
      return void outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '');
    }
    if (fault?.kind === 'delay') await sleep(fault.ms);
    if (fault?.kind === 'meanwhile' && fault.when === 'before') await fault.act();
    const tls = ca === undefined ? {} : { ca };
    const answer = await lane(() =>
      intercept === undefined
        ? forward(upstream, method, incoming, tls)
        : intercepted(upstream, method, incoming, { ...tls, intercept }),
    );
    if (fault?.kind === 'meanwhile' && fault.when === 'after') await fault.act();
    record.upstreamStatus = answer.status;
    if (fault?.kind === 'drop-after') return void incoming.socket.destroy();
    record.status = answer.status;
    record.answeredAt = performance.now();
    const body = fault?.kind === 'rewrite' ? fault.body(answer.body.toString()) : answer.body;
    outgoing.writeHead(answer.status, answer.headers).end(body);
  };

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  const { url, close } = await listenOnLoopback(acceptList(server));
  return {
    url,
    requests,
    writes: () => requests.filter(({ method, path }) => !isRead(method, path.split('?')[0] ?? path)),
    inject: (rule) => void rules.push({ rule, seen: 0 }),
    reset: () => {
      requests.length = 0;
      rules.length = 0;
    },
    close,
  };
}

function nextFault(
  rules: { rule: FaultRule; seen: number }[],
  request: { method: string; path: string },
): Fault | undefined {
  let hit: Fault | undefined;
  for (const entry of rules) {
    if (!entry.rule.match(request)) continue;
    entry.seen += 1;
    const first = entry.rule.nth ?? 1;
    if (entry.seen >= first && entry.seen < first + (entry.rule.times ?? 1)) hit ??= entry.rule.fault;
  }
  return hit;
}

export interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

async function intercepted(
  upstream: string,
  method: string,
  incoming: IncomingMessage,
  { intercept, ...tls }: { readonly intercept: Intercept; readonly ca?: string },
): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString();
  const { url: path = '/', headers } = incoming;
  const request = { method, path, authorization: headers.authorization, body };
  return intercept(request, (changed = body) => forward(upstream, method, incoming, { ...tls, body: changed }));
}

/** An answer of JSON. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: ['Content-Type', 'application/json'], body: Buffer.from(JSON.stringify(value)) };
}

interface ForwardOptions {
  readonly extraHeaders?: Record<string, string>;
  readonly ca?: string;
  /** Of the request, where it was read already. */
  readonly body?: string;
}

/** Asks the upstream and reads its whole answer, so that a fault can still decide what the client sees. */
export function forward(
  upstream: string,
  method: string,
  incoming: IncomingMessage,
  { extraHeaders = {}, ca, body }: ForwardOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port, protocol } = new URL(upstream);
    const headers: OutgoingHttpHeaders = { ...incoming.headers, ...extraHeaders };
    if (body !== undefined) {
      delete headers['transfer-encoding'];
      headers['content-length'] = Buffer.byteLength(body);
    }
    const options = { hostname, port, method, path: incoming.url, headers, agent: false, ca } as const;
    const outgoing = (protocol === 'https:' ? sendOverTls : send)(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 502, headers: endToEnd(response.rawHeaders), body });
      });
    });
    outgoing.on('error', reject);
    if (body === undefined) incoming.pipe(outgoing);
    else outgoing.end(body);
  });
}

/** Without the headers that belong to one connection (RFC 9110, section 7.6.1). */
function endToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (/^(connection|keep-alive|transfer-encoding|content-length)$/i.test(name)) continue;
    kept.push(name, rawHeaders[at + 1] ?? '');
  }
  return kept;
}
