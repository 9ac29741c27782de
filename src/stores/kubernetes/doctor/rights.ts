import type { Purpose } from '../../../model/check.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { groupBy } from '../../../model/values/groups.ts';
import type { Check } from '../../checks.ts';
import { ledgerName, lockName } from '../../record.ts';
import { secretAt, secretOfRecord } from '../names.ts';
import type { SecretName } from '../names.ts';

/** Verbs that a run needs on the Secrets of a namespace. */
export interface Demand {
  readonly namespace: string;
  readonly verb: string;
  /** Where a Role may give the verb for single Secrets: those that are needed. Undefined: it cannot. */
  readonly names: readonly string[] | undefined;
}

/** What the login needs for something that runs do. */
export interface Right extends Check {
  readonly demands: readonly Demand[];
  readonly lacking: 'problem' | 'fine';
  /** What comes of it where a part is missing. */
  readonly why: string;
}

const OF_PLANS: readonly Purpose[] = ['plan', 'apply'];
const OF_WRITERS: readonly Purpose[] = ['apply', 'rotate'];

/** All that runs do with Secrets; docs/kubernetes-role.yaml and its sisters say the same. */
export function rightsFor(home: string, { clients, target }: DesiredState): readonly Right[] {
  const documents = groupBy(
    clients.map(({ credential }) => secretAt(credential.path, home)),
    ({ namespace }) => namespace,
  );
  const record = (name: string): string => secretOfRecord(name, home).name;
  const { stack } = target;
  return [
    ...ofDocuments(documents),
    ...ofRecords({ home, lock: record(lockName(stack)), ledger: record(ledgerName(stack)) }),
  ];
}

function ofDocuments(documents: ReadonlyMap<string, readonly SecretName[]>): readonly Right[] {
  const inAll = (verb: string): readonly Demand[] =>
    [...documents].map(([namespace, secrets]) => ({ namespace, verb, names: secrets.map(({ name }) => name) }));
  const unnamed = (verb: string): readonly Demand[] => inAll(verb).map((demand) => ({ ...demand, names: undefined }));
  return [
    {
      id: 'list-secrets',
      purposes: OF_PLANS,
      title: 'the login may list Secrets',
      demands: unnamed('list'),
      lacking: 'problem',
      why: 'A plan finds out by a listing of each namespace, without values, which documents are there.',
    },
    {
      id: 'get-secrets',
      purposes: ['plan', 'apply', 'rotate', 'verify'],
      title: 'the login may get Secrets',
      demands: inAll('get'),
      lacking: 'problem',
      why: 'A place is looked at before it is written to, and a client is proven with the credential that lies there.',
    },
    {
      id: 'create-secrets',
      purposes: ['apply'],
      title: 'the login may create Secrets',
      demands: unnamed('create'),
      lacking: 'problem',
      why: 'The credential of a new client is delivered into a Secret of its own.',
    },
    {
      id: 'patch-secrets',
      purposes: OF_WRITERS,
      title: 'the login may patch Secrets',
      demands: inAll('patch'),
      lacking: 'problem',
      why: 'A Secret that is there is changed by a patch, so that keys of others stay.',
    },
    {
      id: 'purge-documents',
      purposes: ['apply'],
      title: 'the login may purge documents (needed by apply --purge-store alone)',
      demands: inAll('delete'),
      lacking: 'fine',
      why: 'only apply --purge-store needs that',
    },
  ];
}

interface Records {
  readonly home: string;
  readonly lock: string;
  readonly ledger: string;
}

function ofRecords({ home, lock, ledger }: Records): readonly Right[] {
  const all = (name: string): readonly Demand[] => [
    { namespace: home, verb: 'get', names: [name] },
    { namespace: home, verb: 'create', names: undefined },
    { namespace: home, verb: 'patch', names: [name] },
  ];
  return [
    {
      id: 'read-ledger',
      purposes: OF_PLANS,
      title: 'the login may read what the stack owns',
      demands: [{ namespace: home, verb: 'get', names: [ledger] }],
      lacking: 'problem',
      why: 'Where nothing of a stack is found, the ledger says whether that can be. It is a Secret in the namespace of the Target.',
    },
    {
      id: 'write-ledger',
      purposes: ['apply'],
      title: 'the login may note what the stack owns',
      demands: all(ledger),
      lacking: 'problem',
      why: 'apply notes how many clients there are. The ledger is a Secret in the namespace of the Target.',
    },
    {
      id: 'hold-lock',
      purposes: OF_WRITERS,
      title: 'the login may take the lock of the stack',
      demands: all(lock),
      lacking: 'problem',
      why: 'Nothing is changed without the lock, which is a Secret in the namespace of the Target.',
    },
  ];
}
