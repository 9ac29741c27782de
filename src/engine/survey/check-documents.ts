import pLimit from 'p-limit';
import { isPresent, isShown } from '../../credentials/registry.ts';
import { addressOf } from '../../model/address.ts';
import { nameSome } from '../../model/text/counting.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { objectsByAddress } from '../../model/state.ts';
import type { ActualState } from '../../model/state.ts';
import type { Store } from '../../stores/store.ts';
import { readWhole } from '../places/stored-credential.ts';
import type { StoredCredential } from '../places/stored-credential.ts';
import { occupantOf } from '../places/whose-document.ts';
import { mayTakeDocument } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import { documentOf } from './document-facts.ts';
import type { WantedDocument } from './document-facts.ts';

const READS_IN_FLIGHT = 8;

/** What the documents are held against. */
export interface DocumentView {
  readonly actual: ActualState;
  readonly documents: ReadonlyMap<string, WantedDocument>;
  /** Paths at which something lies. */
  readonly existing: ReadonlySet<string>;
}

/** What no listing shows of documents, by the clients' names. */
export interface CheckedDocuments {
  /** They do not hold what the provider has now. */
  readonly differing: ReadonlySet<string>;
  /** They do not carry the mark that says whose they are. */
  readonly unmarked: ReadonlySet<string>;
  /** Of which documents nothing can be said, in a sentence. */
  readonly notices: readonly string[];
}

/** Looks at documents one by one: at all of them where that is asked for, else at those that may be taken over. */
export async function checkDocuments(
  { clients, target }: Pick<DesiredState, 'clients' | 'target'>,
  view: DocumentView,
  { checkStore, adoption }: { readonly checkStore: boolean; readonly adoption: Adoption },
  store: Store,
): Promise<CheckedDocuments> {
  const present = clients.filter(({ credential }) => view.existing.has(credential.path));
  const { differing, hidden } = checkStore ? await findDiffering(present, view, store) : NOTHING_COMPARED;
  const suspects = present.filter(({ name }) => checkStore || mayTakeDocument(addressOf('Client', name), adoption));
  const unmarked = await findUnmarked(suspects, target.stack, store);
  return { differing, unmarked, notices: hidden.length === 0 ? [] : [hiddenNotice(hidden)] };
}

interface Compared {
  readonly differing: ReadonlySet<string>;
  /** Clients of which the provider does not show the credential, sorted. */
  readonly hidden: readonly string[];
}

const NOTHING_COMPARED: Compared = { differing: new Set(), hidden: [] };

/** Clients whose document does not hold what the provider has now, and those of which it does not show that. */
async function findDiffering(
  clients: readonly DesiredClient[],
  { actual, documents }: DocumentView,
  store: Store,
): Promise<Compared> {
  const limit = pLimit(READS_IN_FLIGHT);
  const actualOf = objectsByAddress(actual);
  const differing = new Set<string>();
  const hidden: string[] = [];
  let compared = 0;
  const compare = async ({ name, credential: { path } }: DesiredClient): Promise<void> => {
    const object = actualOf.get(addressOf('Client', name));
    if (object === undefined) return;
    const { fields, credential } = object;
    if (credential === undefined || !isShown(fields, credential)) {
      hidden.push(name);
      return;
    }
    compared += 1;
    const stored = await readWhole(store, path);
    const isRight =
      stored !== undefined &&
      isPresent(stored.present, fields, credential) &&
      stored.clientId === credential.clientId &&
      tellsFacts(stored, documentOf(documents, name).facts);
    if (!isRight) differing.add(name);
  };
  await Promise.all(clients.map((client) => limit(() => compare(client))));
  hidden.sort();
  const [first] = hidden;
  // One alone says something of that client; all of them say something of the account.
  if (first !== undefined && compared === 0) throw hiddenSecret(first);
  return { differing, hidden };
}

function tellsFacts(stored: StoredCredential, facts: WantedDocument['facts']): boolean {
  return Object.entries(facts).every(([key, value]) => stored.facts[key] === value);
}

/**
 * Clients whose document does not carry the mark that says so: another tool replaced it, or a delete that was cut off retired it.
 * That takes a request for each, as no listing shows it, so only some are looked at.
 */
async function findUnmarked(clients: readonly DesiredClient[], stack: string, store: Store): Promise<Set<string>> {
  const limit = pLimit(READS_IN_FLIGHT);
  const isUnmarked = async ({ name, credential: { path } }: DesiredClient): Promise<boolean> => {
    const occupant = occupantOf(await store.inspect(path), { stack, client: name });
    return occupant.kind === 'unmarked' || (occupant.kind === 'client' && occupant.mark.state === 'retired');
  };
  const found = await Promise.all(
    clients.map((client) => limit(async () => ((await isUnmarked(client)) ? [client.name] : []))),
  );
  return new Set(found.flat());
}

/** Names in one line. */
const MOST_NAMED = 5;

function hiddenNotice(clients: readonly string[]): string {
  return `The provider does not show this account the secret of ${nameSome(clients, MOST_NAMED)}: what lies in the store was not compared with it.`;
}

function hiddenSecret(client: string): GrantryError {
  return new GrantryError(
    'NOT_ALLOWED',
    `The provider does not show the secret of client ${client}, so it cannot be compared`,
    {
      hint: 'Run plan without --check-store, or use an account that may read secrets.',
    },
  );
}
