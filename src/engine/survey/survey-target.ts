import type { ReadOptions, Provider, ReadSelection } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import { addressOf, isKind } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import { isOurs, unreadableNotices } from '../../model/state.ts';
import type { ActualState, DesiredObject, OwnedApis } from '../../model/state.ts';
import { readOwnedApis } from '../ledger/api-ledger.ts';
import { readKnownClients } from '../ledger/ledger.ts';
import { NO_ADOPTION } from '../plan/adoption.ts';
import type { Adoption } from '../plan/adoption.ts';
import type { PlanInput } from '../plan/build-plan.ts';
import { planDeliveries } from '../plan/deliveries.ts';
import { withAccessNotes } from '../plan/end-dates.ts';
import { withOwnersCredentials } from '../plan/undelivered.ts';
import type { DeliveryView } from '../plan/deliveries.ts';
import { checkDocuments } from './check-documents.ts';
import { wantedDocuments } from './document-facts.ts';
import { lookAtPlaces } from './look-at-places.ts';
import { withinOwnPlaces } from './own-places.ts';

/** The two servers of a target, opened. */
export interface TargetPorts {
  readonly provider: Provider;
  readonly store: Store;
  /** Where credentials were delivered before, if that is to be left. */
  readonly formerStore?: Store;
}

export interface SurveyOptions {
  /** Compare every document in the store with the provider, values too, in memory only. */
  readonly checkStore?: boolean;
  /** What may be taken over. */
  readonly adoption?: Adoption;
  /** Look at these objects only. */
  readonly only?: ReadSelection;
}

/** Reads everything that a plan follows from; no secret is looked at unless `checkStore` asks for it. */
export async function surveyTarget(
  desired: DesiredState,
  ports: TargetPorts,
  options: SurveyOptions = {},
): Promise<PlanInput> {
  const { provider, store } = ports;
  const { checkStore = false, only, adoption = NO_ADOPTION } = options;
  const { stack } = desired.target;
  const ledger = provider.capabilities.apiMarks ? {} : { ledger: await readLedger(ports, stack) };
  const concerned = only === undefined ? desired : { ...desired, clients: desired.clients.filter(isIn(only)) };
  const reachable = provider.endpoints();
  const [{ projected, actual }, endpoints, documents, existing] = await Promise.all([
    readObjects(desired, provider, { withSecrets: checkStore, only, ...ledger }),
    reachable,
    reachable.then((found) => wantedDocuments(desired, found)),
    store.existing(concerned.clients.map((client) => client.credential.path)),
  ]);
  const looked = await checkDocuments(concerned, { actual, documents, existing }, { checkStore, adoption }, store);
  const keepsPreviousInside = store.capabilities.previous === 'document';
  const locate = (path: string): string => store.locate(path);
  const view = { locate, ...formerView(ports), existing, keepsPreviousInside, ...looked };
  const planned = planDeliveries(concerned, actual, documents, view);
  const { deliveries, foreign } = await lookAtPlaces(
    planned,
    { stack, adoption, keepsSecrets: provider.capabilities.chosenSecret },
    ports,
  );
  return {
    desired,
    projected,
    actual: { ...actual, notices: [...(actual.notices ?? []), ...looked.notices] },
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

function formerView({ formerStore }: TargetPorts): Pick<DeliveryView, 'locateFormer'> {
  return formerStore === undefined ? {} : { locateFormer: (path) => formerStore.locate(path) };
}

/** The ledger of a stack that has just moved is where it was, until an apply takes it along. */
async function readLedger({ store, formerStore }: TargetPorts, stack: string): Promise<OwnedApis> {
  const owned = await readOwnedApis(store, stack);
  return formerStore === undefined || Object.keys(owned).length > 0 ? owned : readOwnedApis(formerStore, stack);
}

/** The desired objects in the provider's fields, and those that are there. */
export async function readObjects(
  desired: DesiredState,
  provider: Provider,
  options: ReadOptions = {},
): Promise<Pick<PlanInput, 'projected' | 'actual'>> {
  const projected = provider.project(desired);
  const actual = withinOwnPlaces(await provider.read(desired, { ...options, projected }), desired.target);
  const notices = [...(actual.notices ?? []), ...unreadableNotices(actual.objects)];
  return { projected: completeObjects(projected, desired, actual), actual: { ...actual, notices } };
}

/** Desired objects with what only the server knew of them, and with what is their owners' alone. */
export function completeObjects(
  projected: readonly DesiredObject[],
  desired: DesiredState,
  actual: ActualState,
): readonly DesiredObject[] {
  return withOwnersCredentials(withAccessNotes(withCompletions(projected, actual), desired), desired, actual);
}

function withCompletions(projected: readonly DesiredObject[], { completions }: ActualState): readonly DesiredObject[] {
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

/** Whether nothing of the stack was found; overlaps and issuers are listed by themselves, and say nothing of clients and Apis. */
export function ownsNothing({ objects }: ActualState): boolean {
  return !objects.some(
    (object) => isOurs(object) && (isKind(object.address, 'Client') || isKind(object.address, 'Api')),
  );
}
