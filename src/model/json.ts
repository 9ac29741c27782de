/** Any JSON value. Object keys with `undefined` do not occur: they would vanish in a saved plan. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
