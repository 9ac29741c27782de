import type { LeftOut } from '../../model/estate.ts';
import { printable } from '../../model/text/printable.ts';

/** What is said above a document of where it comes from. */
export interface Provenance {
  /** ISO 8601. */
  readonly at: string;
  /** How output names the provider. */
  readonly from: string;
}

/** One line of YAML that says nothing to a machine, whatever is in the text. */
export function commentLine(text: string): string {
  const shown = printable(text).trimEnd();
  return shown === '' ? '#\n' : `# ${shown}\n`;
}

/** Where an object comes from, when it was used last, and what a reader must know of it. */
export function provenance(
  { notes, lastUsed }: { readonly notes: readonly string[]; readonly lastUsed?: string | undefined },
  { at, from }: Provenance,
): string[] {
  const use = lastUsed === undefined ? '' : `; last used ${lastUsed.slice(0, 10)}`;
  return [`imported ${at.slice(0, 10)} from ${from}${use}`, ...notes];
}

/** The line by which a later import knows that an object is spoken of already. */
export function leftOutLine({ kind, id, reason }: Pick<LeftOut, 'kind' | 'id' | 'reason'>): string {
  return commentLine(`left out: ${kind} ${id} (${reason})`);
}

/** What is said in a file of an object that is left out; `proposal`: as YAML, what would do for it. */
export function leftOutComment(
  object: Pick<LeftOut, 'kind' | 'id' | 'reason' | 'why' | 'todo'>,
  proposal?: string,
): string {
  const lines = [object.why, object.todo, ...(proposal === undefined ? [] : ['What would do for it:'])];
  const commented =
    proposal
      ?.trimEnd()
      .split('\n')
      .map((line) => `#   ${line}`.trimEnd().concat('\n')) ?? [];
  return [leftOutLine(object), ...lines.map((line) => commentLine(`  ${line}`)), ...commented].join('');
}
