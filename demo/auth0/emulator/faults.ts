/** Trouble on demand: answers that fail, come late or never, before or after the request took effect. Repeatable. */
import { apiError } from './management/errors.ts';

export interface RequestLine {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** `before`: the request has no effect; `after`: it took effect, and only its answer is lost. */
type FaultMoment = 'before' | 'after';

export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly when?: FaultMoment;
      /** Default: Auth0's body for the status. */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'drop'; readonly when?: FaultMoment }
  | { readonly kind: 'delay'; readonly ms: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Which requests: a method, a pattern of the path, or any test; without all three every request. */
  readonly method?: string;
  readonly path?: RegExp;
  readonly match?: (request: RequestLine) => boolean;
  /** The first of the matching requests that it hits, counted from 1 and from the call of `inject`; default 1. */
  readonly nth?: number;
  /** How many matching requests from there on; default: all. */
  readonly times?: number;
  /** Of these, what share is hit; default 1. Which ones is the same in every run with the same seed. */
  readonly share?: number;
  readonly seed?: number;
}

interface ActiveRule {
  readonly rule: FaultRule;
  readonly random: () => number;
  seen: number;
}

export class Faults {
  #rules: ActiveRule[] = [];

  inject(rule: FaultRule): void {
    this.#rules.push({ rule, random: seededRandom(rule.seed ?? 1), seen: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** What befalls the request: of several rules that hit it, the first delay and the first other fault. */
  next(request: RequestLine): { delay: number; fault: Exclude<Fault, { kind: 'delay' }> | undefined } {
    let delay = 0;
    let fault: Exclude<Fault, { kind: 'delay' }> | undefined;
    for (const active of this.#rules) {
      if (!hits(active, request)) continue;
      const { fault: found } = active.rule;
      if (found.kind === 'delay') delay ||= found.ms;
      else fault ??= found;
    }
    return { delay, fault };
  }
}

function hits(active: ActiveRule, request: RequestLine): boolean {
  const { method, path, match, nth = 1, times = Infinity, share = 1 } = active.rule;
  if (method !== undefined && method !== request.method) return false;
  if (path !== undefined && !path.test(request.path)) return false;
  if (match !== undefined && !match(request)) return false;
  active.seen += 1;
  if (active.seen < nth || active.seen >= nth + times) return false;
  return share >= 1 || active.random() < share;
}

/** The body of a failure whose rule names none. */
export function faultBody(status: number): unknown {
  if (status === 429) return apiError(429, 'Global limit has been reached', 'too_many_requests').body;
  return apiError(status, status >= 500 ? 'An internal server error occurred' : 'Injected failure').body;
}

/** Mulberry32: small, and the same on every machine. Numbers from 0 up to 1. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
