import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isHeldByWorkload, methodOf } from '../../credentials/registry.ts';
import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { describeMoment } from '../../model/text/moment.ts';
import { dueAt, isInOverlap } from '../../model/rotation.ts';
import { OWN_ACCOUNT_HINT, isOurs, isOwnAccount, objectsByAddress, ownerPhrase } from '../../model/state.ts';
import type { ActualObject, ActualState, DesiredObject } from '../../model/state.ts';
import type { Target } from '../../model/target.ts';
import { CLOCK_MARGIN } from '../../platform/clock.ts';
import { isKeptByOwner } from '../plan/undelivered.ts';
import type { RotateOptions } from './subject.ts';

/** Which credentials a rotate is to rotate. */
export type RotationRequest =
  | { readonly kind: 'named'; readonly names: readonly string[]; readonly force: boolean; readonly revoke: boolean }
  | { readonly kind: 'all'; readonly force: boolean; readonly revoke: boolean; readonly max: number | undefined }
  | { readonly kind: 'due'; readonly stagger: boolean; readonly max: number | undefined };

/** What is known of the clients, after a read for rotation. */
export interface RotationView {
  /** How the store names the place of a path. */
  readonly locate: (path: string) => string;
  readonly desired: DesiredState;
  readonly projected: readonly DesiredObject[];
  readonly actual: ActualState;
  /** Names of clients of which a run before left a rotation half-done. */
  readonly halfDone: ReadonlySet<string>;
  /** Unix seconds. */
  readonly now: number;
}

export interface RotationChoice {
  /** Names of clients, the most urgent first. */
  readonly rotate: readonly string[];
  /** Names of other clients, of which a run before left a rotation half-done. */
  readonly finish: readonly string[];
  /** Other clients whose previous secret has had its time. */
  readonly retire: readonly ActualObject[];
  /** Why others are not rotated, or finished, though they were requested. */
  readonly refused: readonly { readonly address: Address; readonly error: GrantryError }[];
  /** How many more are requested, beyond `max`. */
  readonly waiting: number;
  /** Of those that were not named, those left out because their previous secret is still accepted. */
  readonly inOverlap: readonly string[];
  /** Of those that were not named, those left out because they are disabled. */
  readonly disabled: readonly string[];
}

/** Whether the previous secrets are to be refused at once. */
export function isRevocation(request: RotationRequest): boolean {
  return request.kind !== 'due' && request.revoke;
}

/** How the clients of a request are rotated: a revocation is never taken for done, for what was left may be what leaked. */
export function howToRotate(request: RotationRequest): RotateOptions {
  return isRevocation(request)
    ? { kind: 'revoke', mayBeDone: false }
    : { kind: 'rotate', mayBeDone: request.kind === 'named' };
}

/** Which of the clients are rotated now, which cannot be, and what runs before left to do. */
export function selectRotations(request: RotationRequest, view: RotationView): RotationChoice {
  const chosen = chooseClients(request, view);
  const left = findUnfinished(view).filter(({ name }) => !chosen.rotate.includes(name));
  const finish = left.flatMap(({ name, error }) => (error === undefined ? [name] : []));
  const touched = new Set([...chosen.rotate, ...finish].map((name) => addressOf('Client', name)));
  return {
    ...chosen,
    refused: [...chosen.refused, ...left.flatMap(refusalOf)],
    finish,
    retire: endedOverlaps(view.actual, view.now).filter(({ address }) => !touched.has(address)),
  };
}

function refusalOf({ name, error }: Unfinished): RotationChoice['refused'] {
  return error === undefined ? [] : [{ address: addressOf('Client', name), error }];
}

function chooseClients(request: RotationRequest, view: RotationView): Omit<RotationChoice, 'finish' | 'retire'> {
  const objects = objectsByAddress(view.actual);
  const requested = requestedClients(request, view, objects);
  const ready: DesiredClient[] = [];
  const refused: { address: Address; error: GrantryError }[] = [];
  const inOverlap: string[] = [];
  const disabled: string[] = [];
  for (const client of requested) {
    const address = addressOf('Client', client.name);
    const error = obstacle(client, objects.get(address), view, request);
    if (request.kind !== 'named' && isLeftOut(client, request)) disabled.push(client.name);
    else if (error === undefined) ready.push(client);
    else if (request.kind !== 'named' && error.code === 'ROTATION_IN_OVERLAP') inOverlap.push(client.name);
    else refused.push({ address, error });
  }
  const max = request.kind === 'named' ? ready.length : (request.max ?? ready.length);
  const names = ready.map(({ name }) => name);
  return {
    rotate: names.slice(0, max),
    refused,
    waiting: names.slice(max).length,
    inOverlap,
    disabled: disabled.toSorted(),
  };
}

/** Of a client that is disabled nothing would show that another credential works. What leaked is replaced all the same. */
function isLeftOut({ state }: DesiredClient, request: RotationRequest): boolean {
  return state === 'disabled' && !isRevocation(request);
}

/** A client of which a run before left a rotation half-done. */
interface Unfinished {
  readonly name: string;
  /** Why it cannot be finished now. */
  readonly error: GrantryError | undefined;
}

/** Those that the manifests declare; of others nobody knows what their document is to say. */
function findUnfinished(view: RotationView): Unfinished[] {
  const objects = objectsByAddress(view.actual);
  const request = { kind: 'due', stagger: false, max: undefined } as const;
  return view.desired.clients
    .filter(({ name }) => view.halfDone.has(name))
    .map((client) => ({
      name: client.name,
      error: obstacle(client, objects.get(addressOf('Client', client.name)), view, request),
    }));
}

/** Clients whose previous credential has had its time, but still lies with the provider. */
function endedOverlaps(actual: ActualState, now: number): ActualObject[] {
  return actual.objects.filter((object) => {
    const until = object.credential?.previousUntil;
    return until !== undefined && isOurs(object) && !isOwnAccount(object, actual) && until + marginOf(object) < now;
  });
}

/** What a server ended by itself can wait; what grantry ends is accepted until then. Seconds. */
function marginOf({ fields }: ActualObject): number {
  return methodOf(fields).rotation?.overlapEndedBy === 'grantry' ? 0 : CLOCK_MARGIN;
}

function requestedClients(
  request: RotationRequest,
  { desired, now }: RotationView,
  objects: ReadonlyMap<Address, ActualObject>,
): DesiredClient[] {
  if (request.kind === 'named') {
    const names = new Set(request.names);
    return desired.clients.filter(({ name }) => names.has(name));
  }
  // What is not there yet, or was never delivered, is not to be rotated but to be applied.
  const candidates = desired.clients.flatMap((client) => {
    const object = objects.get(addressOf('Client', client.name));
    // What is somebody else's is refused, not left out: a nightly run with the wrong stack would be green for ever.
    if (object !== undefined && !isOurs(object)) return [{ client, due: 0 }];
    if (object?.credential?.delivered === undefined) return [];
    // There is nothing to rotate of it.
    if (isHeldByWorkload(client.auth) && methodOf(object.fields).rotation === undefined) return [];
    const due = object.credential.guessable === true ? 0 : (dueAt(client.credential.rotate, object.credential) ?? 0);
    return [{ client, due: request.kind === 'due' && request.stagger ? due - headStart(client) : due }];
  });
  return candidates
    .filter(({ due }) => request.kind === 'all' || due <= now)
    .toSorted((left, right) => left.due - right.due || (left.client.name < right.client.name ? -1 : 1))
    .map(({ client }) => client);
}

/**
 * By how much sooner a client is rotated than it must be, so that credentials of the same day are not rotated on the same
 * day: up to a quarter of the time between two rotations, always the same for the same client and its policy.
 */
function headStart({ name, credential: { rotate } }: DesiredClient): number {
  const share = createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32;
  return Math.floor(Math.min(rotate.every - rotate.overlap, rotate.every / 4) * share);
}

/** Why a client cannot be rotated now. */
function obstacle(
  client: DesiredClient,
  object: ActualObject | undefined,
  view: RotationView,
  request: RotationRequest,
): GrantryError | undefined {
  const { name } = client;
  const { actual, desired, halfDone, locate, now } = view;
  const refuse = (reason: string): GrantryError => applyFirst(reason, view);
  if (object === undefined) return refuse(`client ${name} does not exist yet`);
  if (isOwnAccount(object, actual)) {
    const reason = `client ${name} is the one that grantry itself logs in with`;
    return new GrantryError('CONFLICT', reason, { hint: OWN_ACCOUNT_HINT });
  }
  if (!isOurs(object)) return foreignClient(name, object, desired.target);
  if (methodOf(object.fields).rotation === undefined) return nothingToRotate(name, view);
  if (isKeptByOwner(client, object)) return keptByOwner(client, view);
  if (object.credential?.delivered === undefined) return refuse(`the credential of ${name} was never delivered`);
  const { delivered } = object.credential;
  if (locate(delivered.path) !== delivered.place) {
    return refuse(`the credential of ${name} lies at ${delivered.place}, which is not in this store`);
  }
  if (request.kind === 'named' && isLeftOut(client, request)) return disabledClient(name, view);
  const { unusable } = object.credential;
  // It could not be proven. What leaked is replaced all the same: the client may work again at any time.
  if (unusable !== undefined && client.state === 'enabled' && !isRevocation(request)) {
    return refuse(`no credential of client ${name} is accepted: ${unusable}`);
  }
  const unprepared = unpreparedOverlap(client, object, view);
  // What leaked ends at once: no overlap is needed for that.
  if (unprepared !== undefined && !isRevocation(request)) return unprepared;
  // To finish what was begun is not to begin another.
  if (halfDone.has(name) || (request.kind !== 'due' && (request.force || request.revoke))) return undefined;
  // What anybody can guess is worth no waiting.
  if (object.credential.guessable === true || !isInOverlap(object.credential, now)) return undefined;
  const until = describeMoment((object.credential.previousUntil ?? 0) * 1000);
  return new GrantryError(
    'ROTATION_IN_OVERLAP',
    `client ${name} is in the overlap of its last rotation: its previous credential is accepted until ${until}, and another rotation would end that at once`,
    { hint: 'Wait for that, or rotate anyway with --force. For one that leaked there is --revoke-now.' },
  );
}

function keptByOwner({ name }: DesiredClient, { desired }: RotationView): GrantryError {
  return new GrantryError(
    'CONFLICT',
    `the credential of client ${name} is kept by its owner, whose consumers would not get another one (credential.deliver: false)`,
    {
      hint: `Take credential.deliver out of the manifest, run grantry apply -t ${desired.target.name}, and let its consumers read the store before it is rotated.`,
    },
  );
}

function disabledClient(name: string, { desired: { target } }: RotationView): GrantryError {
  return new GrantryError(
    'CONFLICT',
    `client ${name} is disabled: while it is, nothing shows that another credential of it works`,
    {
      hint: `Enable it first (spec.state), run grantry apply -t ${target.name}, and rotate it then. If its credential leaked: grantry rotate -t ${target.name} ${name} --revoke-now`,
    },
  );
}

function nothingToRotate(name: string, { desired }: RotationView): GrantryError {
  return new GrantryError(
    'CONFLICT',
    `client ${name} has no credential to rotate: its workload logs in with tokens of its own`,
    {
      hint: `To shut it out, give it another subject or take it out of the manifests, and run: grantry apply -t ${desired.target.name}`,
    },
  );
}

function applyFirst(reason: string, { desired }: RotationView): GrantryError {
  return new GrantryError('CONFLICT', reason, { hint: `Run grantry apply -t ${desired.target.name} first.` });
}

/** Why the server would not keep the previous secret for as long as the manifests say, or why that is not known. */
function unpreparedOverlap(
  { name, credential: { rotate } }: DesiredClient,
  object: ActualObject,
  view: RotationView,
): GrantryError | undefined {
  if (methodOf(object.fields).rotation?.overlapEndedBy !== 'server') return undefined;
  const { actual, projected } = view;
  const overlap = object.fields['overlap'];
  if (actual.overlaps === 'unknown' && (rotate.overlap > 0 || typeof overlap === 'string')) {
    return new GrantryError(
      'NOT_ALLOWED',
      `it is not known whether rotating ${name} cuts its consumers off`,
      actual.overlapsWhy === undefined ? {} : { hint: actual.overlapsWhy },
    );
  }
  if (actual.overlaps === 'supported') {
    if (typeof overlap !== 'string' && rotate.overlap > 0) {
      return applyFirst(`client ${name} has no overlap yet`, view);
    }
    if (typeof overlap === 'string' && !isSetUp(addressOf('Rotation', overlap), projected, actual)) {
      return applyFirst(`the overlap of client ${name} is not set up as it should be (Rotation/${overlap})`, view);
    }
  }
  return undefined;
}

function foreignClient(client: string, object: ActualObject, { name, stack }: Target): GrantryError {
  const owner = object.foreign[0]?.stack;
  const [other, from] = owner === undefined ? ['', ''] : [`, and the Target ${name} is of ${stack}`, `@${owner}`];
  return new GrantryError('CONFLICT', `client ${client} ${ownerPhrase(object)}${other}`, {
    hint: `Check spec.stack of the Target. To take the client over: grantry apply -t ${name} --adopt Client/${client}${from}`,
  });
}

/** What is there is as the manifests want it, or they do not speak of it. */
function isSetUp(address: Address, projected: readonly DesiredObject[], { objects }: ActualState): boolean {
  const [present, wanted] = [objects, projected].map((list) => list.find((object) => object.address === address));
  return present !== undefined && (wanted === undefined || isDeepStrictEqual(present.fields, wanted.fields));
}
