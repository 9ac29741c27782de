import { setMaxListeners } from 'node:events';
import type { HttpPorts } from './ports.ts';

/** Bytes of an answer, unpacked: one that does not end must not fill the memory. Ten thousand clients in one listing are 20 MB. */
export const MAX_ANSWER = { object: 8 * 1024 * 1024, listing: 64 * 1024 * 1024 };

/** What one request may take. */
export interface Limits {
  /** Milliseconds until all of the answer must be there; then a TimeoutError is thrown. */
  readonly timeoutMs: number;
  /** Libraries do not say what they ask for: by default it may be a listing. */
  readonly maxBytes?: number;
}

/**
 * One request and all of its answer, of whatever status, within these limits and for as long as the run goes on. Follows no
 * redirect: it would carry credentials to a host that nobody named. Everything that is sent to a target's servers goes through here.
 */
export async function exchange(
  ports: Pick<HttpPorts, 'fetch' | 'signal' | 'onRequest'>,
  url: string | URL,
  init: RequestInit,
  { timeoutMs, maxBytes = MAX_ANSWER.listing }: Limits,
): Promise<Response> {
  const end = ports.onRequest?.(String(url));
  const stop = stopSignal(timeoutMs, [ports.signal, init.signal]);
  try {
    const answer = await ports.fetch(url, { ...init, redirect: 'manual', signal: stop.signal });
    const whole = await takeIn(answer, maxBytes);
    end?.(true);
    return whole;
  } catch (error) {
    end?.(false);
    throw error;
  } finally {
    stop.release();
  }
}

/** By hand: what AbortSignal.any makes stays with the signal of the run, which very many requests have. */
function stopSignal(
  timeoutMs: number,
  signals: readonly (AbortSignal | null | undefined)[],
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const late = (): void => controller.abort(new DOMException('no answer in time', 'TimeoutError'));
  const timer = setTimeout(late, timeoutMs);
  const releases = signals.flatMap((signal) => {
    if (!signal) return [];
    const stop = (): void => controller.abort(signal.reason);
    // Node takes more than ten for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    return [(): void => signal.removeEventListener('abort', stop)];
  });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      for (const release of releases) release();
    },
  };
}

/** The answer with all of its body at hand, so that what breaks in the middle of it breaks here. */
async function takeIn(answer: Response, maxBytes: number): Promise<Response> {
  const text = await textOf(answer, maxBytes);
  const { status, headers } = answer;
  // None that HTTP has (RFC 9110 section 15), and none that a Response can be made with.
  if (status > 599)
    throw Object.assign(new Error(`the answer has the status ${status}`), { code: 'HPE_INVALID_STATUS' });
  // Without the words of the status line: a server may write any bytes there, and a Response takes only some.
  return new Response(text === '' ? null : text, { status, headers });
}

async function textOf({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let [text, left] = ['', maxBytes];
  for await (const piece of body) {
    left -= piece.byteLength;
    // As `zlib` says it of what it unpacks.
    if (left < 0) throw Object.assign(new Error('the answer is too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}
