import { holdsCredential } from '../../../manifest/schema/credential-keys.ts';
import { fitsMark } from '../../../model/mark-text.ts';
import { printable } from '../../../model/text/printable.ts';
import type { EstateApi, EstateClient } from '../../../model/estate.ts';

/** The owner of what nobody answers for, as far as is known. */
export const UNKNOWN_OWNER = 'unknown';

/** Who answers for an object: as its mark says, else as people noted it there. */
export function ownerOf(
  { mark, facts }: Pick<EstateApi | EstateClient, 'facts'> & { readonly mark?: EstateApi['mark'] },
  ownerFrom: string | undefined,
): string {
  const noted = ownerFrom === undefined || !Object.hasOwn(facts, ownerFrom) ? undefined : facts[ownerFrom];
  const owner = (mark?.owner ?? noted ?? '').trim();
  return isOwner(owner) ? owner : UNKNOWN_OWNER;
}

/** One line that a mark can hold, and that is no credential. */
function isOwner(text: string): boolean {
  return text !== '' && fitsMark(text) && printable(text) === text && !holdsCredential(text);
}
