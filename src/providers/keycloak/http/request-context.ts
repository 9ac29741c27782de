/** What a request needs to fail understandably. */
export interface RequestContext {
  /** What it is about, such as `client order-service`: for errors. */
  readonly about: string;
  /** The role of `realm-management` that it takes. */
  readonly needs: string;
}

export interface ReadContext extends RequestContext {
  /** In place of an answer, where there is no such thing (404); without it that is an error. */
  readonly absent?: unknown;
}
