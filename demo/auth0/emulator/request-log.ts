/** Every request that came, for tests that hold grantry to ceilings. */

export interface LoggedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** With the `?`, or empty. */
  readonly query: string;
  /** In milliseconds of `performance.now`. */
  readonly receivedAt: number;
  /** Undefined: not answered, or not yet. */
  readonly answeredAt: number | undefined;
  readonly status: number | undefined;
  /** Whether something of the tenant was, or could have been, changed by it: no read, no token request. */
  readonly write: boolean;
  /** Whether it took effect, whatever the answer said. */
  readonly done: boolean;
}

export type RequestFilter = Partial<Pick<LoggedRequest, 'method' | 'status' | 'write' | 'done'>> & {
  readonly path?: RegExp | string;
};

export class RequestLog {
  #requests: { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] }[] = [];

  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** Notes a request, and returns the note for what becomes of it. */
  note({ method, path, query }: Pick<LoggedRequest, 'method' | 'path' | 'query'>) {
    const request = {
      method,
      path,
      query,
      receivedAt: performance.now(),
      answeredAt: undefined as number | undefined,
      status: undefined as number | undefined,
      write: method !== 'GET' && path !== '/oauth/token',
      done: false,
    };
    this.#requests.push(request);
    return request;
  }

  select({ path, ...wanted }: RequestFilter): LoggedRequest[] {
    return this.#requests.filter(
      (request) =>
        Object.entries(wanted).every(([key, value]) => Reflect.get(request, key) === value) &&
        (path === undefined || (typeof path === 'string' ? request.path === path : path.test(request.path))),
    );
  }

  clear(): void {
    this.#requests = [];
  }
}
