import type { Purpose } from '../../../model/check.ts';
import type { Check } from '../../checks.ts';
import type { ProductKind } from '../product.ts';
import type { Part, Places, PolicyPath } from './places.ts';

/** A capability that a run needs at a path. */
export interface Demand {
  readonly path: string;
  readonly capability: string;
  /** What a policy can name to give it, from the widest to the narrowest. */
  readonly policyPaths: readonly PolicyPath[];
}

/** What the login needs for something that runs do. */
export interface Right extends Check {
  readonly demands: readonly Demand[];
  /** What it is where a part of it is missing. */
  readonly lacking: 'problem' | 'risk' | 'fine';
  /** What comes of that. */
  readonly why: string;
}

const OF_PLANS: readonly Purpose[] = ['plan', 'apply'];
const OF_WRITERS: readonly Purpose[] = ['apply', 'rotate'];
const OF_READERS: readonly Purpose[] = ['apply', 'rotate', 'verify'];

/** All that runs do in a store of this product; docs/vault-policy.hcl and its sisters say the same. */
export function rightsFor(kind: ProductKind, places: Places): readonly Right[] {
  return [...ofMarks(places, kind), ...ofDocuments(places), ...ofRecords(places), ...ofTheRest(places, kind)];
}

function ofMarks(places: Places, kind: ProductKind): readonly Right[] {
  const listed: Part = kind === 'openbao' ? 'detailed-metadata' : 'metadata';
  return [
    {
      id: 'list-places',
      purposes: OF_PLANS,
      title: 'the login may list the folders of documents',
      demands: atFolders(places, listed, 'list'),
      lacking: 'problem',
      why: 'A plan finds out by listings which documents are there.',
    },
    {
      id: 'read-marks',
      purposes: ['plan', 'apply', 'rotate'],
      title: 'the login may read marks and version numbers',
      demands: atDocuments(places, 'metadata', 'read'),
      lacking: 'problem',
      why: 'Before anything is written to a place, its mark says whose it is.',
    },
    {
      id: 'create-marks',
      purposes: ['apply'],
      title: 'the login may mark new places',
      demands: atDocuments(places, 'metadata', 'create'),
      lacking: 'problem',
      why: 'The mark of a new client is written before its document.',
    },
    {
      id: 'change-marks',
      purposes: OF_WRITERS,
      title: 'the login may change marks',
      demands: atDocuments(places, 'metadata', 'update'),
      lacking: 'problem',
      why: 'A mark says who owns the place, and at which step of a rotation it is.',
    },
  ];
}

function ofDocuments(places: Places): readonly Right[] {
  return [
    {
      id: 'read-documents',
      purposes: OF_READERS,
      title: 'the login may read documents',
      demands: atDocuments(places, 'data', 'read'),
      lacking: 'problem',
      why: 'What was written is read back, and a client is proven with the credential that lies there.',
    },
    {
      id: 'write-documents',
      purposes: OF_WRITERS,
      title: 'the login may write documents',
      demands: atDocuments(places, 'data', 'update'),
      lacking: 'problem',
      why: 'No credential can be delivered.',
    },
    {
      id: 'patch-documents',
      purposes: OF_WRITERS,
      title: 'the login may change some keys of a document and leave the others to the server',
      demands: atDocuments(places, 'data', 'patch'),
      lacking: 'risk',
      why: 'Without it grantry reads the document, merges and writes it: a number of yours that JavaScript cannot hold is rounded then.',
    },
  ];
}

function ofRecords({ at, lock, ledger }: Places): readonly Right[] {
  const demand = (part: Part, record: string, capability: string): Demand => {
    const path = at(part, record);
    // Those of other records stay out of it: this is the longest path that fits, and so nothing else is taken away by it.
    const policyPath = path.replace(/[^/]+$/, '*');
    return { path, capability, policyPaths: [{ path: policyPath, sample: path }] };
  };
  return [
    {
      id: 'read-ledger',
      purposes: OF_PLANS,
      title: 'the login may read what the stack owns',
      demands: [demand('data', ledger, 'read')],
      lacking: 'problem',
      why: 'Where nothing of a stack is found, the ledger says whether that can be.',
    },
    {
      id: 'write-ledger',
      purposes: ['apply'],
      title: 'the login may note what the stack owns',
      demands: [demand('data', ledger, 'update'), demand('metadata', ledger, 'create')],
      lacking: 'problem',
      why: 'apply notes how many clients there are, and which Apis belong to the stack.',
    },
    {
      id: 'hold-lock',
      purposes: OF_WRITERS,
      title: 'the login may take the lock of the stack',
      demands: [demand('data', lock, 'read'), demand('data', lock, 'update'), demand('metadata', lock, 'create')],
      lacking: 'problem',
      why: 'Nothing is changed without the lock.',
    },
  ];
}

function ofTheRest(places: Places, kind: ProductKind): readonly Right[] {
  const { config } = places;
  const demand: Demand = { path: config, capability: 'read', policyPaths: [{ path: config, sample: config }] };
  const rights: readonly Right[] = [
    {
      id: 'read-settings',
      purposes: OF_WRITERS,
      title: 'the login may read the settings of the mount',
      demands: [demand],
      lacking: 'risk',
      why: 'That the mount deletes documents by itself is noticed only when the first one was written.',
    },
    {
      id: 'purge-documents',
      purposes: ['apply'],
      title: 'the login may purge documents (needed by apply --purge-store alone)',
      demands: atDocuments(places, 'metadata', 'delete'),
      lacking: 'fine',
      why: 'only apply --purge-store needs that',
    },
  ];
  if (kind !== 'openbao' || places.folders.length < 2) return rights;
  const scan: Right = {
    id: 'scan-folders',
    purposes: OF_PLANS,
    title: 'the login may list all folders at once (makes plans faster)',
    demands: [demandOfFolder(places, 'detailed-metadata', '', 'scan')],
    lacking: 'fine',
    why: 'each folder takes a request of its own',
  };
  return [...rights, scan];
}

function atDocuments({ documents, at, policyPaths }: Places, part: Part, capability: string): readonly Demand[] {
  return documents.map((path) => ({ path: at(part, path), capability, policyPaths: policyPaths(part, path) }));
}

function atFolders(places: Places, part: Part, capability: string): readonly Demand[] {
  return places.folders.map((folder) => demandOfFolder(places, part, folder, capability));
}

/** A listing is allowed or not by the path with a slash behind it. */
function demandOfFolder({ at, policyPaths }: Places, part: Part, folder: string, capability: string): Demand {
  const inside = folder === '' ? '' : `${folder}/`;
  return { path: `${at(part, folder)}/`, capability, policyPaths: policyPaths(part, inside) };
}
