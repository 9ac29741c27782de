import type { Address } from '../../model/address.ts';
import type { EstateApi, EstateClient, LeftOut } from '../../model/estate.ts';
import type { JsonObject } from '../../model/values/json.ts';

interface DraftBase {
  readonly address: Address;
  /** The client_id, or the audience. */
  readonly id: string;
  readonly owner: string;
  /** The document as values, its keys in the order in which they are written. */
  readonly manifest: JsonObject;
  /** The same as YAML, with its comments, and a line break at its end. */
  readonly text: string;
}

/** An object that import would declare. */
export type Draft =
  | (DraftBase & { readonly kind: 'Api'; readonly source: EstateApi })
  | (DraftBase & {
      readonly kind: 'Client';
      readonly source: EstateClient;
      /** The Apis that it may call. */
      readonly needs: readonly Address[];
    });

/** A draft that is not to be declared after all. */
export function leaveOut({ kind, id, source }: Draft, why: Pick<LeftOut, 'reason' | 'why' | 'todo'>): LeftOut {
  const { displayName, facts, mark } = source;
  return { kind, id, displayName, facts, ...(mark === undefined ? {} : { mark }), ...why };
}
