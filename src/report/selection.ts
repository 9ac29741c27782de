import { isKind } from '../model/address.ts';
import type { Selection } from '../model/plan.ts';
import { count, thousands } from './words.ts';

/** How a text of the user's is shown where the phrase goes. */
type Show = (text: string) => string;

/** Of many patterns only the first are repeated. */
const MAX_PATTERNS = 5;

/** `Looked at 2 clients and 1 Api only: --only Client/orders.` */
export function selectionPhrase({ only, changedSince, addresses }: Selection, show: Show): string {
  const more = only.length > MAX_PATTERNS ? [`${thousands(only.length - MAX_PATTERNS)} more`] : [];
  const how = [
    ...only.slice(0, MAX_PATTERNS).map((pattern) => show(`--only ${pattern}`)),
    ...more,
    ...(changedSince === undefined ? [] : [show(`--changed-since ${nameCommit(changedSince)}`)]),
  ];
  return `Looked at ${countAddresses(addresses)} only: ${how.join(', ')}.`;
}

/** Why a plan looked at nothing at all. */
export function nothingPhrase({ only, changedSince }: Selection, show: Show): string {
  const since = changedSince === undefined ? '' : ` changed since ${show(nameCommit(changedSince))}`;
  if (only.length === 0) return `Nothing${since}.`;
  return since === '' ? 'Nothing here matches --only.' : `Nothing that matches --only${since}.`;
}

/** Whether a plan was limited to nothing. */
export function isNothing(selection: Selection | undefined): selection is Selection {
  return selection?.addresses.length === 0;
}

/** `2 clients and 1 Api`. */
function countAddresses(addresses: Selection['addresses']): string {
  const phrases = (['Client', 'Api', 'Rotation'] as const).flatMap((kind) => {
    const number = addresses.filter((address) => isKind(address, kind)).length;
    return number === 0 ? [] : [count(number, kind === 'Client' ? 'client' : kind)];
  });
  const last = phrases.pop() ?? '';
  return phrases.length === 0 ? last : `${phrases.join(', ')} and ${last}`;
}

function nameCommit({ ref, commit }: NonNullable<Selection['changedSince']>): string {
  return commit.startsWith(ref) ? commit.slice(0, 12) : `${ref} (${commit.slice(0, 12)})`;
}
