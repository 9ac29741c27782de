import type { Danger } from '../engine/plan/danger.ts';
import type { Finding } from '../model/finding.ts';
import type { DeliveryReason, Op } from '../model/plan.ts';
import type { UntrustedText, Words } from './page.ts';

/** Words as one text; `show` makes harmless what others wrote. */
export function textOf(words: Words, show: (text: UntrustedText) => string): string {
  return [words]
    .flat()
    .map((part) => (typeof part === 'string' ? part : show(part)))
    .join('');
}

/** Words at the beginning of a sentence. */
export function capitalised(words: Words): Words {
  const [first = '', ...rest] = [words].flat();
  return typeof first === 'string' ? [first.slice(0, 1).toUpperCase() + first.slice(1), ...rest] : words;
}

/** Lists of words, with something of grantry's own between them. */
export function joinWords(lists: readonly Words[], between: string): Words {
  return lists.flatMap((words, index) => [...(index === 0 ? [] : [between]), ...[words].flat()]);
}

/** `manifests/apis.yaml:3:7` */
export function placeOf({ position }: Finding): string {
  return `${position.file}:${position.line}:${position.column}`;
}

/** The message with its suggestion. */
export function wordMessage({ message, suggestion }: Finding): string {
  return suggestion === undefined ? message : `${message}; did you mean "${suggestion}"?`;
}

/** How long something took: `240ms`, `1.2s`, `2m 5s`. */
export function elapsed(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return '0ms';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/** `2026-11-24 22:10 UTC`. */
export function toMinute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Why a document is written, for the one who reviews it. */
export const DELIVERY_REASON_WORDS: Readonly<Record<DeliveryReason, string>> = {
  new: 'the client is new',
  'in-use': 'its document is in use: the client gets the credential that lies there',
  'previous-guessable': 'anybody can guess the previous secret: its overlap ends at once',
  guessable: 'anybody can guess the secret: it is replaced at once, and consumers must read the new one',
  'method-changed':
    'the client is to log in otherwise: it gets another credential, and consumers must change at the same moment',
  'workload-changed':
    'the workload that it names may log in from then on, by tokens of its own, and nobody else: there is no credential',
  'key-gone': 'the provider has no key of grantry any more: a new one is made',
  'overlap-ended': 'the previous credential in the document is not accepted any more: it is taken out',
  missing: 'the store has no document',
  'never-delivered': 'the credential was never delivered',
  moved: 'its place in the store has changed',
  'secret-changed': 'the credential was changed at the provider since it was delivered',
  'facts-changed': 'what the document says beside the credential has changed',
  differs: 'the credential in the store is not the one at the provider',
  unmarked: 'the document in the store has lost its mark, and gets it again',
};

/** What is dangerous of a change, behind its name. */
export const DANGER_WORDS: Readonly<Record<Danger, string>> = {
  delete: 'is deleted',
  disables: 'is shut out',
  'secret-moves': 'its credential moves',
  'login-moves': 'its credential is sent to another server',
  'method-changes': 'consumers must log in otherwise at the same moment',
  'foreign-folder': "its credential lies in another owner's folder",
  'gains-roles': 'gains roles',
  'foreign-reach': 'reaches what others own',
  'foreign-holders': 'clients outside this stack hold it',
  'breaks-others': 'breaks others unless they change with it',
  widens: 'widens access',
};

/** What stands in front of a change. */
export const SYMBOLS: Readonly<Record<Op, string>> = {
  delete: '-',
  update: '~',
  adopt: '*',
  deliver: '>',
  create: '+',
};
