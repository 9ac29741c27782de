import picomatch from 'picomatch';
import { isAddressGlob, KINDS } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Change, Plan, PlannedDelivery } from '../../model/plan.ts';
import type { ActualObject, ForeignPart } from '../../model/state.ts';

/** What may be taken over: objects by address, and from which stack. */
export interface Adoption {
  readonly rules: readonly AdoptionRule[];
}

interface AdoptionRule {
  /** As it was written. */
  readonly pattern: string;
  readonly matches: (address: string) => boolean;
  /** Undefined: only objects without a mark. */
  readonly stack: string | undefined;
}

export const NO_ADOPTION: Adoption = { rules: [] };

/** An overlap is not taken over. */
const ADOPTABLE = KINDS.filter((kind) => kind !== 'Rotation');

/** Reads `--adopt`: `Client/*` for objects without a mark, `Client/order-service@old-stack` for those of another stack. */
export function parseAdoption(patterns: readonly string[]): Adoption {
  return {
    rules: patterns.map((pattern) => {
      const [glob = '', stack] = pattern.split('@', 2);
      if (!isAddressGlob(glob, ADOPTABLE) || stack === '') {
        throw new GrantryError('INVALID_INPUT', `--adopt ${pattern} names no address`, {
          hint: "Write it as 'Client/order-service', 'Client/*' or, for objects of another stack, 'Client/*@its-stack'.",
        });
      }
      return { pattern, matches: picomatch(glob), stack };
    }),
  };
}

/** Whether an object that is not the stack's may be taken over: each part of it that is foreign must be named. */
export function mayAdopt(object: ActualObject, adoption: Adoption): boolean {
  return object.foreign.length > 0 && partsInTheWay(object, adoption).length === 0;
}

/** The foreign parts of an object that may not be taken over. */
export function partsInTheWay({ address, foreign }: ActualObject, { rules }: Adoption): ForeignPart[] {
  return foreign.filter((part) => !rules.some(({ matches, stack }) => stack === part.stack && matches(address)));
}

/** Whether a document that carries no mark may be taken over for this client. */
export function mayTakeDocument(address: string, { rules }: Adoption): boolean {
  return rules.some(({ matches, stack }) => stack === undefined && matches(address));
}

/** Patterns that name nothing which is in the way or is being taken over: most likely a typo. */
export function unusedPatterns(
  { changes, conflicts }: Pick<Plan, 'changes' | 'conflicts'>,
  { rules }: Adoption,
): string[] {
  const adopted = changes.flatMap((change) => (change.op === 'adopt' ? [change] : []));
  const isOfUse = ({ matches, stack }: AdoptionRule): boolean =>
    adopted.some(({ address, from }) => matches(address) && from.includes(stack ?? null)) ||
    changes.some((change) => stack === undefined && matches(change.address) && takesDocument(change)) ||
    conflicts.some(({ address }) => matches(address) && stack === undefined);
  return rules.filter((rule) => !isOfUse(rule)).map(({ pattern }) => pattern);
}

/** Of a client that is the stack's already, whose document lost its mark. */
function takesDocument(change: Pick<Change, 'op'> & { readonly delivery?: PlannedDelivery }): boolean {
  return change.delivery?.adopt === true;
}
