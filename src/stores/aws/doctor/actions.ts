import type { Purpose } from '../../../model/check.ts';
import type { DesiredState } from '../../../model/desired.ts';
import type { Check } from '../../checks.ts';
import { recordPath } from '../../path.ts';
import { ledgerName } from '../../record.ts';
import { secretName } from '../settings.ts';
import type { AwsCall } from '../transport.ts';
import { readOfNoVersion } from './questions.ts';

/** An action that the login needs, and how it is found out without a change whether it may take it. */
export interface Action extends Check {
  readonly action: string;
  /** What is asked, with the name of the secret; undefined: an action that no secret is named by. */
  readonly calls: readonly { readonly name: string | undefined; readonly call: AwsCall }[];
  readonly why: string;
}

const OF_PLANS: readonly Purpose[] = ['plan', 'apply'];
const OF_LOOKERS: readonly Purpose[] = ['plan', 'apply', 'rotate'];

/** Names of the secrets of a stack. */
export interface Names {
  readonly documents: readonly string[];
  readonly ledger: string;
}

export function namesOf(prefix: string, { clients, target }: DesiredState): Names {
  return {
    documents: clients.map(({ credential }) => secretName(prefix, credential.path)),
    ledger: secretName(prefix, recordPath(ledgerName(target.stack))),
  };
}

/** Actions that change something: AWS tells of none of them beforehand. */
export const WRITES = [
  'CreateSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'RestoreSecret',
  'TagResource',
  'UntagResource',
];

/** The look at each place without its value, which shows which of them are there. */
export function lookAt({ documents, ledger }: Names): Action {
  return {
    id: 'describe-secrets',
    purposes: OF_LOOKERS,
    title: 'the login may look at secrets without their values',
    action: 'DescribeSecret',
    calls: [ledger, ...documents].map((name) => at(name, 'DescribeSecret')),
    why: 'Before anything is written to a place, its tags say whose it is.',
  };
}

/** What else can be asked without writing, and without reading any credential. `there`: names of secrets that there are. */
export function furtherActions({ documents, ledger }: Names, there: readonly string[]): readonly Action[] {
  return [
    {
      id: 'list-secrets',
      purposes: OF_PLANS,
      title: 'the login may list secrets',
      action: 'ListSecrets',
      calls: [{ name: undefined, call: { action: 'ListSecrets', input: { MaxResults: 1 } } }],
      why: 'A plan finds out by a listing of the prefix which documents are there.',
    },
    {
      id: 'list-versions',
      purposes: OF_LOOKERS,
      title: 'the login may count the versions of secrets that are there',
      action: 'ListSecretVersionIds',
      calls: there.map((name) => at(name, 'ListSecretVersionIds')),
      why: 'A version that somebody else has written has no number: they are counted then.',
    },
    {
      id: 'read-ledger',
      purposes: OF_PLANS,
      title: 'the login may read what the stack owns',
      action: 'GetSecretValue',
      calls: [{ name: ledger, call: readOfNoVersion(ledger) }],
      why: 'Where nothing of a stack is found, the ledger says whether that can be. No secret is in it.',
    },
    {
      id: 'read-documents',
      purposes: ['apply', 'rotate', 'verify'],
      title: 'the login may read documents',
      action: 'GetSecretValue',
      calls: documents.map((name) => ({ name, call: readOfNoVersion(name) })),
      why: 'What was written is read back, and a client is proven with the credential that lies there.',
    },
  ];
}

function at(name: string, action: string): Action['calls'][number] {
  return { name, call: { action, input: { SecretId: name } } };
}
