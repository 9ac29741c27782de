import { leftOutSentences } from '../../model/import-report.ts';
import { holdsCredential } from '../../manifest/schema/credential-keys.ts';
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
  const shown = holdsCredential(text) ? NOT_REPEATED : printable(text).trimEnd();
  return shown === '' ? '#\n' : `# ${shown}\n`;
}

const NOT_REPEATED = '(a text that looks like a credential is not repeated here)';

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
  object: Pick<LeftOut, 'kind' | 'id' | 'displayName' | 'reason' | 'why' | 'todo'>,
  proposal?: string,
): string {
  const proposed = proposal === undefined ? [] : ['What would do for it:', ...proposal.trimEnd().split('\n')];
  const lines = [...leftOutSentences(object), ...proposed].map((line) => commentLine(`  ${line}`));
  return [leftOutLine(object), ...lines].join('');
}
