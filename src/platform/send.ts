import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';

export interface Message {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whole milliseconds until all of the answer must be there; then a TimeoutError is thrown. */
  readonly timeoutMs: number;
  /** Bytes that the answer may have, unpacked too; default `MAX_ANSWER.object`. */
  readonly maxBytes?: number;
  /** Its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** An answer of any status, a redirect too. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
  readonly timing: Timing;
}

/** Milliseconds that an answer took. */
export interface Timing {
  /** From the request to the head of the answer: its status and headers. */
  readonly headMs: number;
  /** From there to its end. */
  readonly bodyMs: number;
}

export type AnswerHeaders = Pick<Headers, 'get'>;

/** Sends one request and takes in its answer. Follows nothing; rejects as `networkFailureOf` can read. */
export type Send = (url: string, message: Message) => Promise<Answer>;

/** Milliseconds until a connection must stand. */
const CONNECT_TIMEOUT = 10_000;

/** Milliseconds after which an idle connection is given up, before the other side or a balancer in between does so unseen. */
const KEEP_ALIVE = 4_000;

const AGENT = { keepAlive: true, timeout: KEEP_ALIVE };
const PLAIN = { ask: requestHttp, agent: new HttpAgent(AGENT), connected: 'connect' };
const TLS = {
  ask: requestHttps,
  agent: new HttpsAgent({ ...AGENT, ALPNProtocols: ['http/1.1'] }),
  connected: 'secureConnect',
};

/**
 * Bytes of an answer: one that does not end must not fill the memory. Ten thousand clients in one listing are 20 MB; libraries
 * do not tell what they ask for.
 */
export const MAX_ANSWER = { object: 8 * 1024 * 1024, listing: 64 * 1024 * 1024 };

/**
 * Past `fetch`, whose streams take a tenth of the time of a plan of ten thousand clients: docs/performance.md. Knows nothing of
 * proxies.
 */
export const sendByNode: Send = async (url, message) => {
  await seeWhatClosed();
  message.signal?.throwIfAborted();
  const request = makeRequest(url, message);
  const limits = limit(request, message);
  try {
    const time = stopwatch();
    const answer = await answerTo(request, message.body);
    const headMs = time();
    const { maxBytes = MAX_ANSWER.object } = message;
    const bytes = await bytesOf(answer, maxBytes);
    const timing = { headMs, bodyMs: time() };
    const text = new TextDecoder().decode(await decoded(bytes, answer, maxBytes));
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), text, timing };
  } catch (error) {
    // Node tells of a broken connection where it is this that broke it.
    throw limits.stoppedBy() ?? error;
  } finally {
    limits.release();
  }
};

/**
 * A connection that the other side has closed must not be taken for this request: Node learns of it when it looks at its sockets
 * the next time, which one turn of its loop may not reach.
 */
async function seeWhatClosed(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

function makeRequest(url: string, { method, headers, body }: Message): ClientRequest {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const { ask, agent, connected } = new URL(url).protocol === 'https:' ? TLS : PLAIN;
  const request = ask(url, { method, headers: { ...headers, ...length, 'accept-encoding': 'gzip' }, agent });
  limitConnecting(request, connected);
  return request;
}

/** Ends a request in time, and with the run: a signal for each would take longer than what it watches over. */
function limit(
  request: ClientRequest,
  { timeoutMs, signal }: Message,
): { readonly stoppedBy: () => unknown; readonly release: () => void } {
  let reason: unknown;
  const stop = (why: unknown): void => {
    reason ??= why;
    request.destroy();
  };
  const stopLate = (): void => stop(new DOMException('no answer in time', 'TimeoutError'));
  // What came while this process had no time to look is taken first; a request that has its answer cannot be stopped.
  const late = (): void => void setImmediate(stopLate);
  const interrupt = (): void => stop(signal?.reason);
  const timer = setTimeout(late, timeoutMs);
  if (signal !== undefined) {
    // Node takes more than ten for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', interrupt);
  }
  return {
    stoppedBy: () => reason,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
    },
  };
}

function answerTo(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answered = false;
    request.on('response', (answer) => {
      answered = true;
      resolve(answer);
    });
    request.on('error', reject);
    // Of an answer that changes the protocol nothing else is told.
    request.on('close', () => {
      if (!answered) reject(lostConnection('closed without an answer'));
    });
    request.end(body);
  });
}

function lostConnection(how: string): Error {
  return Object.assign(new Error(how), { code: 'ECONNRESET' });
}

/** `connected`: the event of a socket that stands. */
function limitConnecting(request: ClientRequest, connected: string): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      request.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT', syscall: 'connect' }));
    }, CONNECT_TIMEOUT);
    const stop = (): void => clearTimeout(timer);
    socket.once(connected, stop).once('close', stop);
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

async function decoded(whole: Buffer, answer: IncomingMessage, maxOutputLength: number): Promise<Buffer> {
  const coding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || whole.length === 0) return whole;
  if (coding === 'gzip' || coding === 'x-gzip') return unpack(whole, { maxOutputLength });
  throw Object.assign(new Error('an encoding that was not asked for'), { code: 'Z_UNKNOWN_ENCODING' });
}

/** By events, without waiting for each piece: Keycloak sends ten thousand clients in 2,400 of them. */
function bytesOf(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let left = maxBytes;
    answer.on('data', (piece: Buffer) => {
      left -= piece.length;
      if (left >= 0) pieces.push(piece);
      else answer.destroy(tooLarge());
    });
    answer.on('end', () => resolve(Buffer.concat(pieces))).on('error', reject);
    answer.on('close', () => {
      if (!answer.readableEnded) reject(lostConnection('closed in the middle of an answer'));
    });
  });
}

/** As `zlib` says it of what is unpacked. */
function tooLarge(): Error {
  return Object.assign(new Error('the answer is too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
}

const unpack = promisify<Buffer, ZlibOptions, Buffer>(gunzip);

/** Through what `fetch` goes through, such as a proxy. */
export function sendByFetch(fetch: typeof globalThis.fetch): Send {
  return async (url, { timeoutMs, signal, maxBytes = MAX_ANSWER.object, ...message }) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    const time = stopwatch();
    const answer = await fetch(url, { ...message, signal: either, redirect: 'manual' });
    const headMs = time();
    const text = await limited(answer, maxBytes).text();
    return { status: answer.status, headers: answer.headers, text, timing: { headMs, bodyMs: time() } };
  };
}

/** The same answer, whose body ends in an error where it has more bytes. */
function limited(answer: Response, maxBytes: number): Response {
  if (answer.body === null) return answer;
  let left = maxBytes;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform: (piece, controller) => {
      left -= piece.byteLength;
      if (left < 0) throw tooLarge();
      controller.enqueue(piece);
    },
  });
  const { status, statusText, headers } = answer;
  return new Response(answer.body.pipeThrough(counted), { status, statusText, headers });
}

/** The answer with all of its body at hand, so that what breaks in the middle of it breaks here. */
export async function takeIn(answer: Response): Promise<Response> {
  const text = await answer.text();
  const { status, statusText, headers } = answer;
  return new Response(text === '' ? null : text, { status, statusText, headers });
}

/** A `fetch` for libraries, which read an answer to its end however long it is. */
export function limitFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => limited(await fetch(input, init), MAX_ANSWER.listing);
}

/** Tells the milliseconds since it was asked last. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const before = last;
    last = performance.now();
    return last - before;
  };
}
