import pLimit from 'p-limit';
import { isSameCredential } from '../../credentials/registry.ts';
import { addressOf, isKind } from '../../model/address.ts';
import { nameSome } from '../../model/counting.ts';
import { GrantryError } from '../../model/errors.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import { isOurs, objectsByAddress, unreadableNotices } from '../../model/state.ts';
import type { ActualState, DesiredObject } from '../../model/state.ts';
import { mayTakeDocument, NO_ADOPTION } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import type { PlanInput } from '../plan/build-plan.ts';
import { planDeliveries } from '../plan/deliveries.ts';
import type { Provider, ReadSelection } from '../../providers/provider.ts';
import { documentOf, wantedDocuments } from './document-facts.ts';
import type { WantedDocument } from './document-facts.ts';
import { readWhole } from '../places/stored-credential.ts';
import type { StoredCredential } from '../places/stored-credential.ts';
import type { Store } from '../../stores/store.ts';
import { readApiLedger } from '../ledger/api-ledger.ts';
import { readKnownClients } from '../ledger/ledger.ts';
import { lookAtPlaces } from './look-at-places.ts';
import { withinOwnPlaces } from './own-places.ts';

/** The two servers of a target, opened. */
export interface TargetPorts {
  readonly provider: Provider;
  readonly store: Store;
}

export interface SurveyOptions {
  /** Compare every document in the store with the provider, values too, in memory only. */
  readonly checkStore?: boolean;
  /** What may be taken over. */
  readonly adoption?: Adoption;
  /** Look at these objects only. */
  readonly only?: ReadSelection;
}

const READS_IN_FLIGHT = 8;

/** Reads everything that a plan follows from; no secret is looked at unless `checkStore` asks for it. */
export async function surveyTarget(
  desired: DesiredState,
  { provider, store }: TargetPorts,
  options: SurveyOptions = {},
): Promise<PlanInput> {
  const { checkStore = false, only, adoption = NO_ADOPTION } = options;
  const { stack } = desired.target;
  const ledger = provider.capabilities.apiMarks ? {} : { ledger: await readApiLedger(store, stack) };
  const concerned = only === undefined ? desired : { ...desired, clients: desired.clients.filter(isIn(only)) };
  const reachable = provider.endpoints();
  const read = async (): Promise<Pick<PlanInput, 'projected' | 'actual'>> => {
    const projected = provider.project(desired);
    const found = await provider.read(desired, { withSecrets: checkStore, only, projected, ...ledger });
    const actual = withinOwnPlaces(found, desired.target);
    const notices = [...(actual.notices ?? []), ...unreadableNotices(actual.objects)];
    return { projected: completed(projected, actual), actual: { ...actual, notices } };
  };
  const [{ projected, actual }, endpoints, documents, existing] = await Promise.all([
    read(),
    reachable,
    reachable.then((found) => wantedDocuments(desired, found)),
    store.existing(concerned.clients.map((client) => client.credential.path)),
  ]);
  const { differing, hidden } = checkStore
    ? await findDiffering(concerned, { actual, documents }, store, existing)
    : { differing: new Set<string>(), hidden: [] };
  const suspects = concerned.clients.filter(
    ({ name }) => checkStore || mayTakeDocument(addressOf('Client', name), adoption),
  );
  const unmarked = await findUnmarked(suspects, { existing, stack }, store);
  const view = { locate: (path: string) => store.locate(path), existing, differing, unmarked };
  const planned = planDeliveries(concerned, actual, documents, view);
  const { deliveries, foreign } = await lookAtPlaces(
    planned,
    { stack, adoption, keepsSecrets: provider.capabilities.chosenSecret },
    store,
  );
  return {
    desired,
    projected,
    actual: hidden.length === 0 ? actual : { ...actual, notices: [...(actual.notices ?? []), hiddenNotice(hidden)] },
    endpoints,
    deliveries,
    provider: provider.describe(),
    store: store.describe(),
    foreignPlaces: foreign,
    knownClients: ownsNothing(actual) && only === undefined ? await readKnownClients(store, stack) : undefined,
    adoption,
    ...(only === undefined ? {} : { only: only.addresses }),
  };
}

/** With what only the server could tell of them. */
function completed(projected: readonly DesiredObject[], { completions }: ActualState): readonly DesiredObject[] {
  if (completions === undefined || completions.size === 0) return projected;
  return projected.map((object) => {
    const more = completions.get(object.address);
    if (more === undefined) return object;
    return { ...object, fields: { ...object.fields, ...more.fields }, notes: { ...object.notes, ...more.notes } };
  });
}

function isIn({ addresses }: ReadSelection): (client: DesiredClient) => boolean {
  return ({ name }) => addresses.has(addressOf('Client', name));
}

/** Whether nothing of the stack was found; an overlap is listed by itself, and says nothing of clients and Apis. */
export function ownsNothing({ objects }: ActualState): boolean {
  return !objects.some((object) => isOurs(object) && !isKind(object.address, 'Rotation'));
}

/**
 * Clients whose document does not carry the mark that says so: another tool replaced it, or a delete that was cut off retired it.
 * That takes a request for each, as no listing tells it, so only some are looked at.
 */
async function findUnmarked(
  clients: readonly DesiredClient[],
  { existing, stack }: { readonly existing: ReadonlySet<string>; readonly stack: string },
  store: Store,
): Promise<Set<string>> {
  const limit = pLimit(READS_IN_FLIGHT);
  const found = await Promise.all(
    clients.map(({ name, credential: { path } }) =>
      limit(async () => {
        const entry = existing.has(path) ? await store.inspect(path) : undefined;
        const mark = entry?.mark;
        const isLost = entry !== undefined && entry.version > 0 && mark === undefined;
        const isRetired = mark?.stack === stack && mark.client === name && mark.state === 'retired';
        return isLost || isRetired ? [name] : [];
      }),
    ),
  );
  return new Set(found.flat());
}

/** Clients whose document does not hold what the provider has now, and those of which it does not show that. */
async function findDiffering(
  desired: DesiredState,
  { actual, documents }: { readonly actual: ActualState; readonly documents: ReadonlyMap<string, WantedDocument> },
  store: Store,
  existing: ReadonlySet<string>,
): Promise<{ readonly differing: Set<string>; readonly hidden: string[] }> {
  const limit = pLimit(READS_IN_FLIGHT);
  const actualOf = objectsByAddress(actual);
  const differing = new Set<string>();
  const hidden: string[] = [];
  let compared = 0;
  await Promise.all(
    desired.clients.map((client) =>
      limit(async () => {
        const present = actualOf.get(addressOf('Client', client.name));
        if (present === undefined || !existing.has(client.credential.path)) return;
        const { present: shown, clientId } = present.credential ?? {};
        if (shown === undefined) {
          hidden.push(client.name);
          return;
        }
        compared += 1;
        const stored = await readWhole(store, client.credential.path);
        const isRight =
          stored !== undefined &&
          isSameCredential(stored.present, shown) &&
          stored.clientId === clientId &&
          tellsFacts(stored, documentOf(documents, client.name).facts);
        if (!isRight) differing.add(client.name);
      }),
    ),
  );
  const [first] = hidden.toSorted();
  // One alone says something of that client; all of them say something of the account.
  if (first !== undefined && compared === 0) throw hiddenSecret(first);
  return { differing, hidden: hidden.toSorted() };
}

function tellsFacts(stored: StoredCredential, facts: WantedDocument['facts']): boolean {
  return Object.entries(facts).every(([key, value]) => stored.facts[key] === value);
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
