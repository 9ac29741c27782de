import pLimit from 'p-limit';
import { addressOf } from '../model/address.ts';
import { GrantryError } from '../model/errors.ts';
import type { DesiredClient, DesiredState } from '../model/desired.ts';
import type { PlannedDelivery } from '../model/plan.ts';
import { isOurs, objectsByAddress, unreadableNotices } from '../model/state.ts';
import type { ActualState } from '../model/state.ts';
import { NO_ADOPTION } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import type { ForeignPlace, PlanInput } from '../plan/build-plan.ts';
import { isFirstVisit, planDeliveries } from '../plan/deliveries.ts';
import type { Provider, ReadSelection } from '../providers/provider.ts';
import { documentOf, wantedDocuments } from '../plan/document-facts.ts';
import type { WantedDocument } from '../plan/document-facts.ts';
import { inStretches, letOthersGoOn } from '../platform/stretches.ts';
import { isInUse } from '../credentials/deliver.ts';
import { readWhole } from '../stores/read-whole.ts';
import type { Store, StoredDocument, StoreEntry } from '../stores/store.ts';
import { readApiLedger } from './api-ledger.ts';
import { readKnownClients } from './ledger.ts';
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
    await letOthersGoOn();
    const projected = provider.project(desired);
    const found = await provider.read(desired, { withSecrets: checkStore, only, projected, ...ledger });
    const actual = withinOwnPlaces(found, desired.target);
    const notices = [...(actual.notices ?? []), ...unreadableNotices(actual.objects)];
    return { projected, actual: { ...actual, notices } };
  };
  const [{ projected, actual }, endpoints, documents, existing] = await Promise.all([
    read(),
    reachable,
    // Made while the servers answer.
    reachable.then((endpoints) => inStretches(wantedDocuments(desired, endpoints))),
    store.existing(concerned.clients.map((client) => client.secret.path)),
  ]);
  const differing = checkStore
    ? await findDiffering(concerned, { actual, documents }, store, existing)
    : new Set<string>();
  const view = { locate: (path: string) => store.locate(path), existing, differing };
  const planned = planDeliveries(concerned, actual, documents, view);
  const { occupied, inUse, foreign } = await lookAtNewPlaces(planned.filter(isFirstVisit), stack, store);
  const keepsSecret = ({ path, reason }: PlannedDelivery): boolean =>
    provider.capabilities.chosenSecret && reason === 'new' && inUse.has(path);
  return {
    desired,
    projected,
    actual,
    endpoints,
    deliveries: planned.map((delivery) => {
      if (!occupied.has(delivery.path)) return delivery;
      return { ...delivery, fresh: false, ...(keepsSecret(delivery) ? { reason: 'in-use' as const } : {}) };
    }),
    provider: provider.describe(),
    store: store.describe(),
    foreignPlaces: foreign,
    knownClients: ownsNothing(actual) && only === undefined ? await readKnownClients(store, stack) : undefined,
    adoption,
    ...(only === undefined ? {} : { only: only.addresses }),
  };
}

function isIn({ addresses }: ReadSelection): (client: DesiredClient) => boolean {
  return ({ name }) => addresses.has(addressOf('Client', name));
}

/** Whether nothing of the stack was found. */
export function ownsNothing({ objects }: ActualState): boolean {
  return !objects.some(isOurs);
}

/** Places that the plan would write to without having delivered there before: they may hold somebody else's document. */
async function lookAtNewPlaces(
  visits: readonly PlannedDelivery[],
  stack: string,
  store: Store,
): Promise<{ occupied: ReadonlySet<string>; inUse: ReadonlySet<string>; foreign: ForeignPlace[] }> {
  if (visits.length === 0) return { occupied: new Set(), inUse: new Set(), foreign: [] };
  const occupied = await store.existing(
    visits.map(({ path }) => path),
    { includeDeleted: true },
  );
  const limit = pLimit(READS_IN_FLIGHT);
  const looks = visits.filter(({ path }) => occupied.has(path));
  const inUse = new Set<string>();
  const conflicts = await Promise.all(
    looks.map((visit) =>
      limit(async () => {
        const entry = await store.inspect(visit.path);
        if (entry === undefined) return [];
        if (isInUse(entry, visit, stack)) inUse.add(visit.path);
        return foreignPlace(visit, entry, stack);
      }),
    ),
  );
  return { occupied, inUse, foreign: conflicts.flat() };
}

function foreignPlace(visit: PlannedDelivery, { mark, version }: StoreEntry, stack: string): ForeignPlace[] {
  const address = addressOf('Client', visit.client);
  const hint = 'Set another spec.secret.path, or remove what lies there if nobody needs it.';
  if (mark === undefined) {
    return version === 0
      ? []
      : [{ address, unmarked: true, reason: `${visit.place} holds a document that grantry did not write`, hint }];
  }
  if (mark.stack === stack && mark.client === visit.client) return [];
  if (mark.stack === stack && mark.state === 'retired') return [];
  const whose =
    mark.stack === stack ? `the client ${mark.client}` : `the client ${mark.client} of the stack ${mark.stack}`;
  return [{ address, unmarked: false, reason: `${visit.place} holds the document of ${whose}`, hint }];
}

/** Clients whose document does not hold what the provider has now. */
async function findDiffering(
  desired: DesiredState,
  { actual, documents }: { readonly actual: ActualState; readonly documents: ReadonlyMap<string, WantedDocument> },
  store: Store,
  existing: ReadonlySet<string>,
): Promise<Set<string>> {
  const limit = pLimit(READS_IN_FLIGHT);
  const actualOf = objectsByAddress(actual);
  const differing = new Set<string>();
  await Promise.all(
    desired.clients.map((client) =>
      limit(async () => {
        const present = actualOf.get(addressOf('Client', client.name));
        if (present === undefined || !existing.has(client.secret.path)) return;
        const secret = present.credential?.secret;
        if (secret === undefined) throw hiddenSecret(client.name);
        const stored = await readWhole(store, client.secret.path);
        const isRight =
          stored !== undefined &&
          stored.document.clientSecret.equals(secret) &&
          stored.document.clientId === present.credential?.clientId &&
          tellsFacts(stored, documentOf(documents, client.name).facts);
        if (!isRight) differing.add(client.name);
      }),
    ),
  );
  return differing;
}

function tellsFacts({ document }: StoredDocument, facts: WantedDocument['facts']): boolean {
  return Object.entries(facts).every(([key, value]) => document.facts[key] === value);
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
