import { GrantryError } from '../../model/errors.ts';
import { isProven } from '../../model/report.ts';
import type { ProofCheck } from '../../model/report.ts';
import { isUndelivered, madeAt, PENDING } from '../../model/rotation.ts';
import type { Secret } from '../../model/secret.ts';
import type { ActualCredential, Delivery } from '../../model/state.ts';
import type { Clock } from '../../platform/clock.ts';
import type { IssuedCredential, Provider } from '../../providers/provider.ts';
import type { DocumentUpdate, Store, StoreMark } from '../../stores/store.ts';
import { writeSeen } from '../../stores/write-seen.ts';
import { makeSecret } from '../apply/deliver.ts';
import { proveAccepted, proveRefused } from './prove-rotation.ts';
import type { Probe, ProbePorts } from './prove-rotation.ts';
import { notesOfFacts } from '../survey/document-facts.ts';
import { isIssued, readIntent, withIntent } from './rotation-intent.ts';
import type { RotationIntent } from './rotation-intent.ts';
import { isKept, lookAt, previousLost } from './rotation-place.ts';
import type { Place } from './rotation-place.ts';

export interface RotationPorts extends ProbePorts {
  readonly provider: Pick<
    Provider,
    'capabilities' | 'answers' | 'readCredential' | 'regenerateSecret' | 'setSecret' | 'endOverlap' | 'markDelivered'
  >;
  readonly store: Pick<Store, 'inspect' | 'limits' | 'read' | 'mark' | 'write' | 'locate'>;
  readonly clock: Clock;
  readonly stack: string;
}

/** A client whose credential is to be rotated; it was delivered to this store before. */
export interface RotationSubject {
  /** metadata.name. */
  readonly name: string;
  readonly owner: string;
  /** The provider's own id. */
  readonly id: string;
  readonly credential: ActualCredential;
  readonly delivered: Delivery;
  /** The server keeps the previous secret valid for a while. */
  readonly keepsPrevious: boolean;
  /** How often it is rotated, where that was not noted with the client yet; seconds. */
  readonly rotateEvery?: number;
  /** What a document tells beside the credential, should there be none. */
  readonly facts: Readonly<Record<string, string>>;
  /** A token request that the credential must be good for. */
  readonly probe: Probe;
}

/** What became of a rotation. */
export interface Rotated {
  readonly kind: RotationIntent['kind'];
  /** It was begun by a run before, and finished now. */
  readonly begunBefore: string | undefined;
  readonly storeVersion: number;
  /** Until when the previous secret is accepted too, in Unix seconds; undefined: it is not. */
  readonly previousUntil: number | undefined;
  /** How long no credential in the store was accepted, in milliseconds; undefined: there was an overlap. */
  readonly gap: { readonly ms: number; readonly atMost: boolean } | undefined;
  /** One that failed leaves the rotation unfinished. */
  readonly checks: readonly ProofCheck[];
}

export interface RotateOptions {
  readonly kind: RotationIntent['kind'];
  /** One that was finished a moment ago, but for its note, counts as this rotation. */
  readonly mayBeDone: boolean;
}

/**
 * Rotates a credential. Its steps, each of which can be repeated: note the intent; issue the new secret; deliver it;
 * prove it, as it lies in the store; refuse the previous secret, where it is to be revoked; mark it as delivered; take
 * the note away. Where the server keeps no previous secret, the new one is chosen here and lies in the store, beside the
 * present one, before it is set: no consumer that looks there is left without.
 *
 * A rotation that a run before began is finished if its secret was issued, which the provider's time of the secret tells;
 * else it is begun anew, as this run wants it and as the server can now.
 */
export async function rotateClient(
  subject: RotationSubject,
  options: RotateOptions,
  ports: RotationPorts,
): Promise<Rotated> {
  // A secret that anybody can guess must not live on beside the new one.
  const { kind, mayBeDone } =
    subject.credential.guessable === true ? ({ kind: 'revoke', mayBeDone: false } as const) : options;
  const place = await lookAt(subject, ports);
  const found = readIntent(place.mark);
  const { credential } = subject;
  const isLeft = found !== undefined && isIssued(found, credential);
  const isWanted = isUndelivered(credential) || (mayBeDone && found !== undefined && isRecent(found, ports));
  if (!isLeft || !isWanted) return begin(subject, kind, place, ports);
  const { finished, wasDelivered } = await finish(subject, found, place, ports);
  // What consumers had before this run may be what leaked.
  const isEnough = kind === 'rotate' || (found.kind === 'revoke' && !wasDelivered);
  if (isEnough || !isProven(finished)) return finished;
  // The server tells time in seconds: another secret within the same one could not be told from this.
  await ports.clock.sleep(A_SECOND_LATER);
  return rotateClient(await renewed(subject, found, ports), { kind, mayBeDone: false }, ports);
}

/**
 * Finishes a rotation that was cut off after its secret was issued; undefined where none was. One that was only intended
 * is left alone: whoever wanted it will ask again.
 */
export async function finishRotation(subject: RotationSubject, ports: RotationPorts): Promise<Rotated | undefined> {
  if (!isUndelivered(subject.credential)) return undefined;
  const place = await lookAt(subject, ports);
  const intent = readIntent(place.mark);
  if (intent === undefined || !isIssued(intent, subject.credential)) return undefined;
  return (await finish(subject, intent, place, ports)).finished;
}

/** Longer ago it was another rotation that was asked for. */
const RECENT_MS = 3_600_000;
const A_SECOND_LATER = 1100;

function isRecent({ begun }: RotationIntent, { clock }: RotationPorts): boolean {
  return clock.now() - Date.parse(begun) < RECENT_MS;
}

/** As it is once that rotation is finished. */
async function renewed(
  subject: RotationSubject,
  { facts }: RotationIntent,
  { provider }: RotationPorts,
): Promise<RotationSubject> {
  const { clientId, createdAt, previousUntil } = await provider.readCredential(subject.id);
  const { previousUntil: _before, guessable: _replaced, ...credential } = subject.credential;
  return {
    ...subject,
    delivered: { ...subject.delivered, facts },
    credential: { ...credential, clientId, createdAt, ...(previousUntil === undefined ? {} : { previousUntil }) },
  };
}

/** A new secret at the provider, and in the store. */
interface Changed {
  readonly issued: IssuedCredential;
  /** When it was made, where the provider does not tell. */
  readonly since: number | undefined;
  readonly version: number;
  readonly gap: Rotated['gap'];
}

async function begin(
  subject: RotationSubject,
  kind: RotationIntent['kind'],
  place: Place,
  ports: RotationPorts,
): Promise<Rotated> {
  const was = madeAt(subject.credential) ?? null;
  if (was !== null && Math.abs(ports.clock.now() / 1000 - was) < 2) await ports.clock.sleep(A_SECOND_LATER);
  const intent: RotationIntent = {
    kind,
    begun: new Date(ports.clock.now()).toISOString(),
    from: place.version,
    was,
    facts: subject.delivered.facts,
  };
  const mark = withIntent(place.mark, intent);
  await ports.store.mark(subject.delivered.path, mark);
  const changed = subject.keepsPrevious
    ? await changeWithOverlap(subject, intent, place, ports)
    : await changeAtOnce(subject, intent, place, ports);
  return end(subject, intent, { ...place, mark }, { changed, begunBefore: undefined }, ports);
}

/** From where a secret was issued: it is the provider's present one. */
async function finish(
  subject: RotationSubject,
  intent: RotationIntent,
  place: Place,
  ports: RotationPorts,
): Promise<{ readonly finished: Rotated; readonly wasDelivered: boolean }> {
  const { stored, version } = place;
  const issued = await ports.provider.readCredential(subject.id);
  const since = madeAt(subject.credential);
  const wasDelivered =
    stored !== undefined &&
    stored.document.next === undefined &&
    stored.document.clientId === issued.clientId &&
    stored.document.clientSecret.equals(issued.secret);
  const written = wasDelivered ? version : await writeNew(subject, intent, { ...place, since }, issued, ports);
  // Without an overlap consumers may have been cut off since the secret was set.
  const isLate = !wasDelivered && issued.previousUntil === undefined && since !== undefined;
  const gap = isLate ? { ms: Math.max(0, ports.clock.now() - since * 1000), atMost: true } : undefined;
  const changed: Changed = { issued, since, version: written, gap };
  const finished = await end(subject, intent, place, { changed, begunBefore: intent.begun }, ports);
  return { finished, wasDelivered };
}

/** From where the new secret is in the store. */
async function end(
  subject: RotationSubject,
  intent: RotationIntent,
  place: Place,
  { changed, begunBefore }: { readonly changed: Changed; readonly begunBefore: string | undefined },
  ports: RotationPorts,
): Promise<Rotated> {
  const { mark, stored } = place;
  const { issued, version, gap } = changed;
  const result = { kind: intent.kind, begunBefore, storeVersion: version, gap };
  const accepted = await proveAccepted(subject.delivered.path, subject.probe, ports);
  if (accepted.outcome === 'failed') return { ...result, previousUntil: issued.previousUntil, checks: [accepted] };
  const checks = [accepted, ...previousLost(subject, intent, place, changed)];
  if (intent.kind === 'revoke') {
    const known = [stored?.document.clientSecret, await endOverlap(subject, ports)];
    const before = known.filter((old): old is Secret => old !== undefined && !old.equals(issued.secret));
    checks.push(await proveRefused(issued.clientId, before, subject.probe, ports));
  }
  if (isProven({ checks })) {
    const notes = { ...mark.notes, ...notesOfFacts(stored?.document.facts ?? subject.facts) };
    await settle(subject, intent, changed, { ...mark, notes }, ports);
  }
  return { ...result, previousUntil: intent.kind === 'revoke' ? undefined : issued.previousUntil, checks };
}

async function endOverlap({ id }: RotationSubject, { provider }: RotationPorts): Promise<Secret | undefined> {
  return provider.capabilities.secretOverlap ? provider.endOverlap(id) : undefined;
}

/** The mark of the finished delivery, and then no note any more. */
async function settle(
  { id, delivered, rotateEvery }: RotationSubject,
  intent: RotationIntent,
  { issued, since }: Changed,
  mark: StoreMark,
  { provider, store }: RotationPorts,
): Promise<void> {
  const { place, path } = delivered;
  const at = issued.createdAt ?? null;
  const noted = at === null && since !== undefined ? { since } : {};
  const every = rotateEvery === undefined ? {} : { rotateEvery };
  await provider.markDelivered(id, { at, place, path, facts: intent.facts, ...noted, ...every });
  await store.mark(path, withIntent(mark, undefined));
}

async function changeWithOverlap(
  subject: RotationSubject,
  intent: RotationIntent,
  place: Place,
  ports: RotationPorts,
): Promise<Changed> {
  const begun = ports.clock.now();
  const issued = await issueOnce(subject, intent, ports);
  const version = await writeNew(subject, intent, place, issued, ports);
  // The server was to keep the previous secret, and did not: another policy of the realm may be in the way.
  const gap = issued.previousUntil === undefined ? { ms: ports.clock.now() - begun, atMost: false } : undefined;
  return { issued, since: undefined, version, gap };
}

/** Exactly one new secret for this intent, whatever became of the answer. */
async function issueOnce(
  { id }: RotationSubject,
  { was }: RotationIntent,
  { provider }: RotationPorts,
): Promise<IssuedCredential> {
  try {
    return await provider.regenerateSecret(id);
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    // Asked once more it would make a third secret, and end the first. A look that fails too tells nothing.
    const present = await provider.readCredential(id).catch(() => undefined);
    if (present === undefined || (present.createdAt ?? null) === was) throw error;
    return present;
  }
}

async function changeAtOnce(
  subject: RotationSubject,
  intent: RotationIntent,
  place: Place,
  ports: RotationPorts,
): Promise<Changed> {
  const { provider, store, clock } = ports;
  const { id, delivered, credential, facts } = subject;
  const { clientId } = credential;
  const { stored } = place;
  const secret = makeSecret();
  const present = stored?.document.clientSecret ?? (await provider.readCredential(id)).secret;
  const staged: DocumentUpdate = {
    clientId,
    clientSecret: present,
    next: secret,
    facts: stored === undefined ? facts : {},
  };
  const version = await writeSeen(store, delivered.path, staged, place.version);
  const since = Math.max(Math.floor(clock.now() / 1000), (intent.was ?? 0) + 1);
  const isTold = provider.capabilities.secretChangeVisible;
  const pending: Delivery = {
    at: isTold ? since : null,
    place: delivered.place,
    path: delivered.path,
    facts: PENDING,
    ...(isTold ? {} : { since }),
  };
  const begun = clock.now();
  await provider.setSecret(id, { secret, createdAt: since, delivery: pending });
  const issued = { id, clientId, secret, createdAt: isTold ? since : undefined };
  const last = await writeNew(subject, intent, { ...place, version, since }, issued, ports);
  return { issued, since, version: last, gap: { ms: clock.now() - begun, atMost: false } };
}

async function writeNew(
  { delivered, facts }: RotationSubject,
  intent: RotationIntent,
  place: Pick<Place, 'version' | 'stored' | 'keepsVersions'> & { readonly since?: number | undefined },
  { clientId, secret, createdAt, previousUntil }: IssuedCredential,
  { store }: RotationPorts,
): Promise<number> {
  const { version, stored, since } = place;
  const { from, kind } = intent;
  const madeAt = createdAt ?? since;
  const update: DocumentUpdate = {
    clientId,
    clientSecret: secret,
    next: null,
    facts: {
      ...(stored === undefined ? facts : {}),
      rotated_at: madeAt === undefined ? null : toIso(madeAt),
      previous_version: from === 0 || !isKept(intent, place, version + 1) ? null : String(from),
      overlap_until: previousUntil === undefined || kind === 'revoke' ? null : toIso(previousUntil),
    },
  };
  return writeSeen(store, delivered.path, update, version);
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
