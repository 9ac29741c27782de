import { leftOutSentences } from '../../../model/import-report.ts';
import type { ImportReport } from '../../../model/import-report.ts';
import { count } from '../../../model/text/counting.ts';
import type { Block, Page, Phrase, TableBlock } from '../../page.ts';

/** Columns of the name of a target. */
const MAX_NAME = 100;

/** What import found, for people: what needs somebody comes last. */
export function importPage(report: ImportReport): Page {
  const { target, provider, stack, notices } = report;
  return {
    head: { name: [{ untrusted: target, limit: MAX_NAME }], origin: { provider, stack } },
    headline: headlineOf(report),
    sentences: sentencesOf(report),
    remarks: [],
    blocks: [importedTable(report), ignoredTable(report), leftOutTable(report), shadowTable(report)].filter(hasRows),
    notices,
  };
}

function hasRows(block: Block): boolean {
  return block.kind === 'table' && block.rows.length > 0;
}

/** `12 clients and 3 Apis imported into 4 files`, or what `--check` came to. */
function headlineOf({ check, imported, files, shadow }: ImportReport): Phrase[] {
  if (check) {
    return shadow.length === 0
      ? [{ words: 'every client is declared or ignored', tone: 'good' }]
      : [{ words: `${count(shadow.length, 'client')} that no manifest declares`, tone: 'bad' }];
  }
  if (imported.length === 0) return [{ words: 'nothing to import' }];
  const apis = imported.filter(({ address }) => address.startsWith('Api/')).length;
  const clients = imported.length - apis;
  return [
    { words: `${count(clients, 'client')} and ${count(apis, 'Api')} imported into ${count(files.length, 'file')}` },
  ];
}

function sentencesOf({ leftOut, declared, ignored }: ImportReport): Phrase[] {
  const said = [
    ...(leftOut.length === 0
      ? []
      : [`${count(leftOut.length, 'object')} left as ${leftOut.length === 1 ? 'it is' : 'they are'}`]),
    ...(declared.length === 0 ? [] : [`${count(declared.length, 'object')} declared already`]),
    ...(ignored.length === 0 ? [] : [`${count(ignored.length, 'client')} ignored`]),
  ];
  return said.map((words) => ({ words }));
}

function importedTable({ imported }: ImportReport): TableBlock {
  return {
    kind: 'table',
    title: 'Imported',
    heads: ['client_id or audience', 'manifest', 'owner', 'last used', 'file'],
    rows: imported.map(({ id, address, owner, lastUsed, file }) => ({
      cells: [id, address, owner, lastUsed?.slice(0, 10) ?? '-', file ?? '-'],
      isWarning: false,
      remarks: [],
    })),
  };
}

function ignoredTable({ ignored }: ImportReport): TableBlock {
  return {
    kind: 'table',
    title: 'Ignored',
    heads: ['ignored', 'why'],
    rows: ignored.map(({ id, reason }) => ({ cells: [id, reason], isWarning: false, remarks: [] })),
  };
}

function leftOutTable({ leftOut }: ImportReport): TableBlock {
  return {
    kind: 'table',
    title: 'Left as it is',
    heads: ['left as it is', 'kind', 'reason'],
    rows: leftOut.map((object) => ({
      cells: [object.id, object.kind, object.reason],
      isWarning: true,
      remarks: leftOutSentences(object),
    })),
  };
}

function shadowTable({ check, shadow }: ImportReport): TableBlock {
  return {
    kind: 'table',
    title: 'Undeclared',
    heads: ['undeclared'],
    rows: check ? shadow.map((id) => ({ cells: [id], isWarning: true, remarks: [] })) : [],
  };
}
