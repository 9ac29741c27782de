import type { Address } from '../../model/address.ts';
import { nameOf } from '../../model/address.ts';
import type { LeftOut } from '../../model/estate.ts';
import { addToGroup } from '../../model/values/groups.ts';
import { compareText } from '../../manifest/values.ts';
import { leftOutComment, leftOutLine } from './comments.ts';
import type { Draft } from './draft.ts';
import { numbered } from './naming/name-objects.ts';
import { digestName, slugOf } from './naming/slug.ts';

/** What the documents of one file have in common. */
export type Split = 'owner' | 'client' | 'one';

/** The first line of a file that import wrote: by it a later import knows that it may add to it. */
export const HEADER =
  '# Written by grantry import, which adds at the end and changes nothing above. Edit it as you like.\n';

/** What lies in the folder, by name: its text where import wrote it; undefined: somebody else did. */
export type FolderView = ReadonlyMap<string, string | undefined>;

/** A file as it is to be. */
export interface FilePlan {
  /** In the folder. */
  readonly name: string;
  /** All of it, with what was there before. */
  readonly text: string;
  readonly isNew: boolean;
  /** What is added, in its order. */
  readonly documents: readonly Address[];
}

/** An object that is left out, with the owner in whose file it is spoken of. */
export interface Remark {
  readonly owner: string;
  readonly object: LeftOut;
  /** As YAML, what would do for it. */
  readonly proposal: string | undefined;
}

/** The files that these documents go to; pure, so that nothing is written before all of them are known. */
export function planFiles(
  drafts: readonly Draft[],
  remarks: readonly Remark[],
  { split, folder }: { readonly split: Split; readonly folder: FolderView },
): FilePlan[] {
  const taken = lowerCaseNames(folder);
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) addToGroup(groups, fileFor(stemOf(draft, split), taken), draft);
  const spoken = remarksByFile(remarks, { split, taken, written: [...groups.keys()] });
  const names = [...new Set([...groups.keys(), ...spoken.keys()])].toSorted(compareText);
  return names.flatMap((name) => planFile(name, groups.get(name) ?? [], spoken.get(name) ?? [], taken.get(name)) ?? []);
}

/** A disk may not tell capitals from small letters. */
function lowerCaseNames(folder: FolderView): FolderView {
  return new Map([...folder].map(([name, text]) => [name.toLowerCase(), text]));
}

/** The name of a file without its ending: made of what names of manifests are made of, so that it leads nowhere else. */
function stemOf({ kind, address, owner }: Pick<Draft, 'kind' | 'address' | 'owner'>, split: Split): string {
  if (split === 'one') return 'imported';
  if (split === 'owner') return stemOfOwner(owner);
  return (kind === 'Api' ? `api-${nameOf(address)}` : nameOf(address)).slice(0, LONGEST);
}

const LONGEST = 200;

function stemOfOwner(owner: string): string {
  return slugOf(owner, LONGEST) ?? digestName('owner', owner);
}

/** The first file of that name, or with a number behind it, that is new or that import wrote. */
function fileFor(stem: string, folder: FolderView): string {
  for (let number = 1; ; number += 1) {
    const name = `${number === 1 ? stem : numbered(stem, number)}.yaml`;
    if (!folder.has(name) || folder.get(name) !== undefined) return name;
  }
}

interface RemarkPlaces {
  readonly split: Split;
  readonly taken: FolderView;
  /** Files that documents go to. */
  readonly written: readonly string[];
}

/**
 * Where each object that is left out is spoken of, once for all: in the file of its owner, or in the first one of import's,
 * for a file without any document would look like one that lost its documents.
 */
function remarksByFile(remarks: readonly Remark[], { split, taken, written }: RemarkPlaces): Map<string, Remark[]> {
  const own = [...taken].flatMap(([name, text]) => (text === undefined ? [] : [name]));
  const open = new Set([...written, ...own]);
  const first = [...written].toSorted(compareText)[0] ?? own.toSorted(compareText)[0];
  const texts = own.map((name) => taken.get(name) ?? '');
  const byFile = new Map<string, Remark[]>();
  for (const remark of remarks) {
    const line = leftOutLine(remark.object);
    const wanted = fileFor(split === 'one' ? 'imported' : stemOfOwner(remark.owner), taken);
    const name = open.has(wanted) ? wanted : first;
    if (name !== undefined && !texts.some((text) => text.includes(line.trimEnd()))) addToGroup(byFile, name, remark);
  }
  return byFile;
}

function planFile(
  name: string,
  drafts: readonly Draft[],
  remarks: readonly Remark[],
  before: string | undefined,
): FilePlan | undefined {
  const documents = drafts.map(({ address }) => address);
  const added = drafts.map(({ text }) => text).join(SEPARATOR);
  const spoken = remarks.map(({ object, proposal }) => leftOutComment(object, proposal));
  if (before === undefined) return { name, text: [HEADER, added, ...spoken].join('\n'), isNew: true, documents };
  // No blank line behind what was there: at the end of some block of text it would be a part of it.
  const after = documents.length === 0 ? spoken.join('\n') : `${SEPARATOR}${[added, ...spoken].join('\n')}`;
  return { name, text: `${withLineBreak(before)}${after}`, isNew: false, documents };
}

const SEPARATOR = '---\n';

function withLineBreak(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}
