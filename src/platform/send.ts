import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export interface Message {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An answer of any status, a redirect too. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

export type AnswerHeaders = Pick<Headers, 'get'>;

/** Sends one request and takes in its answer. Follows nothing; rejects as `networkFailureOf` can read. */
export type Send = (url: string, message: Message) => Promise<Answer>;

/** Milliseconds until a connection must stand. */
const CONNECT_TIMEOUT = 10_000;

/** Milliseconds after which an idle connection is given up, before the other side or a balancer in between does so unseen. */
const KEEP_ALIVE = 4_000;

const AGENTS = {
  http: new HttpAgent({ keepAlive: true, timeout: KEEP_ALIVE }),
  https: new HttpsAgent({ keepAlive: true, timeout: KEEP_ALIVE }),
};

/**
 * Past `fetch`, whose streams take a tenth of the time of a plan of ten thousand clients: docs/performance.md. Knows nothing of
 * proxies.
 */
export const sendByNode: Send = async (url, message) => {
  try {
    const answer = await begin(url, message);
    const body = await bodyOf(answer);
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), text: body.toString() };
  } catch (error) {
    // Node tells of a broken connection where it is this that broke it.
    message.signal.throwIfAborted();
    throw error;
  }
};

function begin(url: string, { method, headers, body, signal }: Message): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers: { ...headers, 'accept-encoding': 'gzip' }, signal });
    request.on('response', resolve).on('error', reject);
    limitConnecting(request, url);
    request.end(body);
  });
}

function open(url: string, options: RequestOptions): ClientRequest {
  return url.startsWith('https:')
    ? requestHttps(url, { ...options, agent: AGENTS.https })
    : requestHttp(url, { ...options, agent: AGENTS.http });
}

function limitConnecting(request: ClientRequest, url: string): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      request.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT', syscall: 'connect' }));
    }, CONNECT_TIMEOUT);
    const stop = (): void => clearTimeout(timer);
    socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', stop).once('close', stop);
  });
}

function headersOf({ headers }: IncomingMessage): AnswerHeaders {
  return {
    get: (name) => {
      const value = headers[name.toLowerCase()];
      return value === undefined ? null : String(value);
    },
  };
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  return answer.headers['content-encoding'] === 'gzip' && whole.length > 0 ? promisify(gunzip)(whole) : whole;
}

/** Through what `fetch` goes through, such as a proxy. */
export function sendByFetch(fetch: typeof globalThis.fetch): Send {
  return async (url, message) => {
    const answer = await fetch(url, { ...message, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}
