import { isKind } from '../../../model/address.ts';
import { count, thousands } from '../../../model/text/counting.ts';
import type { Selection } from '../../../model/plan.ts';
import type { UntrustedText, Words } from '../../page.ts';
import { joinWords } from '../../words.ts';

/** Of many patterns only the first are repeated. */
const MAX_PATTERNS = 5;
const MAX_NAME = 100;

/** What a plan of a part looked at: `Looked at 2 clients and 1 Api only: --only Client/orders.` */
export function selectionWords(selection: Selection): Words {
  return isNothing(selection) ? nothingWords(selection) : partWords(selection);
}

function partWords({ only, changedSince, addresses }: Selection): Words {
  const more = only.length > MAX_PATTERNS ? [`${thousands(only.length - MAX_PATTERNS)} more`] : [];
  const how = [
    ...only.slice(0, MAX_PATTERNS).map((pattern) => [untrusted(`--only ${pattern}`)]),
    ...more,
    ...(changedSince === undefined ? [] : [[untrusted(`--changed-since ${nameCommit(changedSince)}`)]]),
  ];
  return joinWords([`Looked at ${countAddresses(addresses)} only: `, joinWords(how, ', '), '.'], '');
}

/** Why a plan looked at nothing at all. */
function nothingWords({ only, changedSince }: Selection): Words {
  const since = changedSince === undefined ? [] : [' changed since ', untrusted(nameCommit(changedSince))];
  if (only.length === 0) return ['Nothing', ...since, '.'];
  return since.length === 0 ? 'Nothing here matches --only.' : ['Nothing that matches --only', ...since, '.'];
}

function untrusted(text: string): UntrustedText {
  return { untrusted: text, limit: MAX_NAME };
}

/** Whether a plan was limited to nothing. */
export function isNothing(selection: Selection | undefined): selection is Selection {
  return selection?.addresses.length === 0;
}

/** `2 clients and 1 Api`. */
function countAddresses(addresses: Selection['addresses']): string {
  const phrases = (['Client', 'Api', 'Issuer', 'Rotation'] as const).flatMap((kind) => {
    const number = addresses.filter((address) => isKind(address, kind)).length;
    return number === 0 ? [] : [count(number, kind === 'Client' ? 'client' : kind)];
  });
  const last = phrases.pop() ?? '';
  return phrases.length === 0 ? last : `${phrases.join(', ')} and ${last}`;
}

function nameCommit({ ref, commit }: NonNullable<Selection['changedSince']>): string {
  return commit.startsWith(ref) ? commit.slice(0, 12) : `${ref} (${commit.slice(0, 12)})`;
}
