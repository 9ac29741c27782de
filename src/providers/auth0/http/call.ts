/** What one call needs to be repeated safely and to fail understandably. */
export interface Call {
  /** What it is about, such as `application order-service`: for errors. */
  readonly about: string;
  /** The scope of the Management API that it takes. */
  readonly needs: string;
  /** May be executed twice without harm. */
  readonly idempotent: boolean;
  /** Changes something. */
  readonly writes?: true;
}
