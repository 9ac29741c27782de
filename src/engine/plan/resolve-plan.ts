import { isDeepStrictEqual } from 'node:util';
import { addressOf, isKind } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import { nameSome } from '../../model/text/counting.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, Plan, TargetPart } from '../../model/plan.ts';
import type { SavedDesired, SavedPlan } from '../../model/saved-plan.ts';
import type { Target } from '../../model/target.ts';
import { NO_ADOPTION } from './adoption.ts';
import type { Adoption } from './adoption.ts';
import { buildPlan } from './build-plan.ts';
import type { PlanInput } from './build-plan.ts';
import { narrowDesired } from './narrow.ts';
import { applyIdOf, desiredDigest, savedDesired } from './saved/save-plan.ts';
import { overlapName } from '../../model/rotation.ts';
import { checkFreshness } from './saved/staleness.ts';
import type { Moved } from './saved/staleness.ts';
import { readKnownClients, readLastApply } from '../ledger/ledger.ts';
import { ownsNothing, surveyTarget } from '../survey/survey-target.ts';
import type { SurveyOptions, TargetPorts } from '../survey/survey-target.ts';

/** The plan that an apply carries out, and what it follows from. */
export interface ResolvedPlan {
  readonly plan: Plan;
  readonly input: PlanInput;
  /** What the proof of its clients may lean on: all that the manifests say, where there are some. */
  readonly desired: DesiredState;
  /** Changes of a saved plan that are done already. */
  readonly done: readonly Address[];
}

/** A plan made now, from everything. */
export async function planFresh(
  desired: DesiredState,
  ports: TargetPorts,
  options: SurveyOptions,
): Promise<ResolvedPlan> {
  const input = await surveyTarget(desired, ports, options);
  return { plan: buildPlan(input), input, desired, done: [] };
}

/** A plan made now from a part, reading what it follows from; `desired` is all that the manifests declare. */
export async function planPart(
  { undeclared, ...selection }: TargetPart,
  desired: DesiredState,
  ports: TargetPorts,
  options: SurveyOptions,
): Promise<ResolvedPlan> {
  const addresses = new Set(selection.addresses);
  const only = { addresses, undeclared, ids: new Map() };
  const survey = await surveyTarget(narrowDesired(desired, addresses), ports, { ...options, only });
  const input: PlanInput = { ...survey, whole: desired, knownClients: await countClients(survey, ports) };
  return { plan: { ...buildPlan(input), selection }, input, desired, done: [] };
}

/** Guards judge by the size of the stack: what was noted of it, where the part may delete a client or found nothing. */
async function countClients({ desired, actual, only }: PlanInput, { store }: TargetPorts): Promise<number | undefined> {
  const declared = new Set(desired.clients.map(({ name }) => addressOf('Client', name)));
  const deletes = actual.objects.some(
    (object) => isKind(object.address, 'Client') && only?.has(object.address) === true && !declared.has(object.address),
  );
  return deletes || ownsNothing(actual) ? readKnownClients(store, desired.target.stack) : undefined;
}

/**
 * A saved plan, held against the present: reads only what it touches, plans that again, and throws STALE_PLAN when the
 * outcome is not what was reviewed. Without manifests (`desired` holds none) what the file says of them is trusted. What
 * it may do is not: conflicts and guards are judged again, and nothing is taken over but what `adoption` names, too.
 */
export async function planSaved(
  saved: SavedPlan,
  desired: DesiredState,
  ports: TargetPorts,
  adoption: Adoption = NO_ADOPTION,
): Promise<ResolvedPlan> {
  refuseOtherTarget(saved, desired.target, ports);
  const touched = new Set(saved.changes.map(({ address }) => address));
  const part = trustsFile(desired) ? restoreDesired(saved, desired.target) : sameDesired(saved, desired, touched);
  const only = { addresses: touched, undeclared: clientIdsOf(saved), ids: idsOfDeleted(saved) };
  const checkStore = saved.changes.some((change) => 'delivery' in change && change.delivery?.reason === 'differs');
  const survey = await surveyTarget(part, ports, { only, checkStore, adoption: reviewedOf(adoption, saved) });
  const input: PlanInput = { ...survey, knownClients: await countClients(survey, ports) };
  const fresh = buildPlan(input);
  const { changes, done, moved } = checkFreshness(saved, fresh, input.actual);
  if (moved.length > 0) throw stale(moved);
  if (trustsFile(desired) && changes.length > 0) await refuseOvertaken(saved, ports);
  // Only a look at everything shows whether all of it vanished.
  const guards = fresh.guards.filter(({ guard }) => guard !== 'vanished');
  const { selection } = saved;
  const plan = {
    ...fresh,
    changes,
    conflicts: union(fresh.conflicts, saved.conflicts),
    guards: union(guards, saved.guards),
    ...(selection === undefined ? {} : { selection }),
  };
  return { plan, input, desired: trustsFile(desired) ? part : desired, done };
}

/** Whether there are no manifests to hold a saved plan against. */
export function trustsFile({ apis, clients }: DesiredState): boolean {
  return apis.length + clients.length === 0;
}

function refuseOtherTarget(saved: SavedPlan, target: Target, { provider, store }: TargetPorts): void {
  const pairs = [
    ['target', saved.target, target.name],
    ['stack', saved.stack, target.stack],
    ['provider', saved.provider, provider.describe()],
    ['store', saved.store, store.describe()],
  ] as const;
  for (const [what, planned, now] of pairs) {
    if (planned === now) continue;
    throw new GrantryError(
      'STALE_PLAN',
      `the plan is for the ${what} ${planned}, not for ${now}: nothing was changed`,
      {
        hint: 'Apply it with the Target that it was made with, or plan again.',
      },
    );
  }
}

function sameDesired(saved: SavedPlan, desired: DesiredState, touched: ReadonlySet<Address>): DesiredState {
  const part = narrowDesired(desired, touched);
  if (desiredDigest(savedDesired(part)) === saved.desiredDigest) return part;
  throw new GrantryError(
    'STALE_PLAN',
    'the manifests say something else than when the plan was made: nothing was changed',
    {
      hint: `They differ in what the plan follows from: ${listed(differing(saved.desired, savedDesired(part)))}. Plan again and have it reviewed.`,
    },
  );
}

/** Addresses of what is declared otherwise, or on one side only. */
function differing(planned: SavedDesired, now: SavedDesired): string[] {
  const [before, after] = [textsOf(planned), textsOf(now)];
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((address) => before.get(address) !== after.get(address)).toSorted();
}

function textsOf({ apis, clients, overlaps }: SavedDesired): Map<string, string> {
  return new Map([
    ...apis.map((api) => [addressOf('Api', api.name), JSON.stringify(api)] as const),
    ...clients.map((client) => [addressOf('Client', client.name), JSON.stringify(client)] as const),
    ...overlaps.map((seconds) => [addressOf('Rotation', overlapName(seconds)), ''] as const),
  ]);
}

function listed(addresses: readonly string[]): string {
  return nameSome(addresses, 5);
}

function restoreDesired({ desired }: SavedPlan, target: Target): DesiredState {
  const position = { file: 'the saved plan', line: 1, column: 1 };
  return {
    target,
    apis: desired.apis.map((api) => ({
      ...api,
      tokenLifetime: api.tokenLifetime,
      senderConstrained: api.senderConstrained,
      tokenAlg: api.tokenAlg,
      tokenType: api.tokenType,
      introspectedBy: api.introspectedBy,
      position,
    })),
    clients: desired.clients.map((client) => ({ ...client, position })),
    overlaps: desired.overlaps,
  };
}

/** Clients may bear the client_id from before the plan or from after it. */
function clientIdsOf({ changes }: SavedPlan): string[] {
  const ids = changes.flatMap((change) => {
    if (!isKind(change.address, 'Client')) return [];
    const sides = ['before' in change ? change.before : {}, 'after' in change ? change.after : {}];
    return sides.flatMap(({ clientId }) => (typeof clientId === 'string' ? [clientId] : []));
  });
  return [...new Set(ids)];
}

/** An object that is to go is found by its id: under another name or mark it is still there. */
function idsOfDeleted({ changes }: SavedPlan): Map<Address, string> {
  return new Map(changes.flatMap((change) => (change.op === 'delete' ? [[change.address, change.id] as const] : [])));
}

/** Of what may be taken over, that which was reviewed: nothing else, and from nobody else. */
function reviewedOf({ rules }: Adoption, { changes }: SavedPlan): Adoption {
  const from = new Map<string, AdoptChange['from']>(
    changes.flatMap((change) => (change.op === 'adopt' ? [[change.address, change.from]] : [])),
  );
  return {
    rules: rules.map((rule) => ({
      ...rule,
      matches: (address) => rule.matches(address) && from.get(address)?.includes(rule.stack ?? null) === true,
    })),
  };
}

/**
 * Without manifests nothing shows whether a plan is still meant: one that was applied and taken back since looks as if
 * it had never been. So only one is carried out after which nothing else was applied.
 */
async function refuseOvertaken(saved: SavedPlan, { store }: TargetPorts): Promise<void> {
  const last = await readLastApply(store, saved.stack);
  if (last === saved.lastApply || last === applyIdOf(saved)) return;
  throw new GrantryError(
    'STALE_PLAN',
    `something else was applied to the stack ${saved.stack} since the plan was made, and there are no manifests here that ` +
      'say whether the plan is still meant: nothing was changed',
    { hint: 'Plan again, or apply it where the manifests are.' },
  );
}

/** What is in one list or in the other. */
function union<T extends object>(now: readonly T[], saved: readonly T[]): T[] {
  return [...now, ...saved.filter((one) => !now.some((other) => isDeepStrictEqual({ ...one }, { ...other })))];
}

function stale(moved: readonly Moved[]): GrantryError {
  const lines = moved.slice(0, 20).map(({ address, how }) => `  ${address}: ${how.slice(0, 5).join('; ')}`);
  const more = moved.length > 20 ? [`  and ${moved.length - 20} more`] : [];
  return new GrantryError(
    'STALE_PLAN',
    ['the plan is stale, what it touches has moved: nothing was changed', ...lines, ...more],
    {
      hint: 'Plan again and have it reviewed, with an account that may see as much as this one: view-users and view-realm show roles.',
    },
  );
}

/** Addresses of the clients whose tokens a plan changes: those in it, and the callers of Apis in it. */
export function affectedClients(addresses: readonly Address[], { clients }: DesiredState): Set<string> {
  const changed = new Set<string>(addresses);
  return new Set(
    clients
      .filter(
        ({ name, access }) =>
          changed.has(addressOf('Client', name)) || access.some(({ api }) => changed.has(addressOf('Api', api))),
      )
      .map(({ name }) => name),
  );
}
