import { GrantryError } from '../model/errors.ts';
import { isProven } from '../model/report.ts';
import type { ProofCheck } from '../model/report.ts';
import { isUndelivered, madeAt, PENDING } from '../model/rotation.ts';
import type { Secret } from '../model/secret.ts';
import type { ActualCredential, Delivery } from '../model/state.ts';
import type { Clock } from '../platform/clock.ts';
import type { IssuedCredential, Provider } from '../providers/provider.ts';
import type { DocumentUpdate, Store, StoredDocument, StoreMark } from '../stores/store.ts';
import { makeSecret } from './deliver.ts';
import { proveAccepted, proveRefused } from './prove-rotation.ts';
import type { Probe, ProbePorts } from './prove-rotation.ts';
import { isFinished, readIntent, withIntent } from './rotation-intent.ts';
import type { RotationIntent } from './rotation-intent.ts';

export interface RotationPorts extends ProbePorts {
  readonly provider: Pick<
    Provider,
    'capabilities' | 'readCredential' | 'regenerateSecret' | 'setSecret' | 'endOverlap' | 'markDelivered'
  >;
  readonly store: Pick<Store, 'inspect' | 'read' | 'mark' | 'write' | 'locate'>;
  readonly clock: Clock;
  readonly stack: string;
}

/** A client whose credential is to be rotated; it was delivered to this store before. */
export interface RotationSubject {
  /** metadata.name. */
  readonly name: string;
  /** The provider's own id. */
  readonly id: string;
  readonly credential: ActualCredential;
  readonly delivered: Delivery;
  /** The server keeps the secret before valid for a while. */
  readonly keepsPrevious: boolean;
  /** What a document tells beside the credential, should there be none. */
  readonly facts: Readonly<Record<string, string>>;
  /** A token request that the credential must be good for. */
  readonly probe: Probe;
}

/** What became of a rotation. */
export interface Rotated {
  /** It was begun by a run before, and finished now. */
  readonly begunBefore: string | undefined;
  readonly storeVersion: number;
  /** Until when the secret before is accepted too, in Unix seconds; undefined: it is not. */
  readonly previousUntil: number | undefined;
  /** How long no credential in the store was accepted, in milliseconds; undefined: there was an overlap. */
  readonly gap: { readonly ms: number; readonly atMost: boolean } | undefined;
  /** One that failed leaves the rotation unfinished. */
  readonly checks: readonly ProofCheck[];
}

export interface RotateOptions {
  readonly kind: RotationIntent['kind'];
  /** One that was finished but for its note counts as this rotation. */
  readonly mayBeDone: boolean;
}

/**
 * Rotates a credential. Its steps, each of which can be repeated: note the intent; issue the new secret; deliver it;
 * prove it, as it lies in the store; refuse the secret before, where it is to be revoked; mark it as delivered; take
 * the note away. Where the server keeps no secret before, the new one is chosen here and lies in the store, beside the
 * present one, before it is set: a lost answer can be repeated, and no consumer that looks there is left without.
 */
export async function rotateClient(
  subject: RotationSubject,
  { kind, mayBeDone }: RotateOptions,
  ports: RotationPorts,
): Promise<Rotated> {
  const place = await lookAt(subject, ports);
  const found = readIntent(place.mark);
  const isDone = found !== undefined && isFinished(found, subject.credential);
  if (found !== undefined && (!isDone || mayBeDone)) {
    const finished = await carryOn(subject, found, { ...place, isFresh: false }, ports);
    if (kind === found.kind || kind === 'rotate' || !isProven(finished)) return finished;
    return rotateClient(await renewed(subject, ports), { kind, mayBeDone: false }, ports);
  }
  const intent: RotationIntent = {
    kind,
    keepsPrevious: subject.keepsPrevious,
    begun: new Date(ports.clock.now()).toISOString(),
    from: place.version,
    was: madeAt(subject.credential) ?? null,
    facts: subject.delivered.facts,
  };
  const mark = withIntent(place.mark, intent);
  await ports.store.mark(subject.delivered.path, mark);
  return carryOn(subject, intent, { ...place, mark, isFresh: true }, ports);
}

/**
 * Finishes a rotation that was cut off after its secret was issued; undefined where none was. One that was only intended
 * is left alone: whoever wanted it will ask again.
 */
export async function finishRotation(subject: RotationSubject, ports: RotationPorts): Promise<Rotated | undefined> {
  if (!isUndelivered(subject.credential)) return undefined;
  const place = await lookAt(subject, ports);
  const intent = readIntent(place.mark);
  return intent === undefined ? undefined : carryOn(subject, intent, { ...place, isFresh: false }, ports);
}

/** The place of the document, and what lies there. */
interface Place {
  readonly mark: StoreMark;
  readonly version: number;
  readonly stored: StoredDocument | undefined;
}

interface Stage extends Place {
  /** Nothing was done yet but to note the intent. */
  readonly isFresh: boolean;
}

async function lookAt({ name, delivered }: RotationSubject, { store, stack }: RotationPorts): Promise<Place> {
  const { path, place } = delivered;
  const entry = await store.inspect(path);
  const mark = entry?.mark;
  if (mark?.stack !== stack || mark.client !== name || mark.state !== 'active') {
    const whose = mark === undefined ? 'nothing that grantry wrote' : `the document of ${mark.client}, ${mark.state}`;
    throw new GrantryError('CONFLICT', `${place} holds ${whose}`, {
      hint: `Run grantry apply first: it delivers the credential of ${name}, or tells what is in the way.`,
    });
  }
  return { mark, version: entry?.version ?? 0, stored: await store.read(path) };
}

async function renewed(subject: RotationSubject, { provider }: RotationPorts): Promise<RotationSubject> {
  const { createdAt, previousUntil } = await provider.readCredential(subject.id);
  const { previousUntil: _before, ...credential } = subject.credential;
  return {
    ...subject,
    credential: { ...credential, createdAt, ...(previousUntil === undefined ? {} : { previousUntil }) },
  };
}

async function carryOn(
  subject: RotationSubject,
  intent: RotationIntent,
  stage: Stage,
  ports: RotationPorts,
): Promise<Rotated> {
  const changed = intent.keepsPrevious
    ? await changeWithOverlap(subject, intent, stage, ports)
    : await changeAtOnce(subject, intent, stage, ports);
  const { delivered } = subject;
  const { secret } = changed.issued;
  const result = {
    begunBefore: stage.isFresh ? undefined : intent.begun,
    storeVersion: changed.version,
    gap: changed.gap,
  };
  const accepted = await proveAccepted(delivered.path, subject.probe, ports);
  if (accepted.outcome === 'failed') {
    return { ...result, previousUntil: changed.issued.previousUntil, checks: [accepted] };
  }
  const checks = [accepted];
  if (intent.kind === 'revoke') {
    const known = [stage.stored?.document.clientSecret, await endOverlap(subject, ports)];
    const before = known.filter((old): old is Secret => old !== undefined && !old.equals(secret));
    checks.push(await proveRefused(changed.issued.clientId, before, subject.probe, ports));
  }
  if (isProven({ checks })) await settle(subject, intent, changed, stage.mark, ports);
  return { ...result, previousUntil: intent.kind === 'revoke' ? undefined : changed.issued.previousUntil, checks };
}

async function endOverlap({ id }: RotationSubject, { provider }: RotationPorts): Promise<Secret | undefined> {
  return provider.capabilities.secretOverlap ? provider.endOverlap(id) : undefined;
}

/** The mark of the finished delivery, and then no note any more. */
async function settle(
  { id, delivered }: RotationSubject,
  intent: RotationIntent,
  { issued, since }: Changed,
  mark: StoreMark,
  { provider, store }: RotationPorts,
): Promise<void> {
  const { place, path } = delivered;
  const at = issued.createdAt ?? null;
  const noted = at === null && since !== undefined ? { since } : {};
  await provider.markDelivered(id, { at, place, path, facts: intent.facts, ...noted });
  await store.mark(path, withIntent(mark, undefined));
}

/** A new secret at the provider, and in the store. */
interface Changed {
  readonly issued: IssuedCredential;
  /** When it was made, where the provider does not tell. */
  readonly since: number | undefined;
  readonly version: number;
  readonly gap: Rotated['gap'];
}

async function changeWithOverlap(
  subject: RotationSubject,
  intent: RotationIntent,
  stage: Stage,
  ports: RotationPorts,
): Promise<Changed> {
  const { stored } = stage;
  const issued = await issueOnce(subject, intent, stage, ports);
  const isThere = stored?.document.clientSecret.equals(issued.secret) === true;
  const version = isThere ? stored.version : await writeNew(subject, intent, stage.version, stored, issued, ports);
  return { issued, since: undefined, version, gap: undefined };
}

/** Exactly one new secret for this intent, whatever became of the answers. */
async function issueOnce(
  { id }: RotationSubject,
  intent: RotationIntent,
  { isFresh, stored }: Stage,
  { provider }: RotationPorts,
): Promise<IssuedCredential> {
  const hasMoved = ({ createdAt }: IssuedCredential): boolean => (createdAt ?? null) !== intent.was;
  if (!isFresh) {
    const present = await provider.readCredential(id);
    const differs = stored !== undefined && !stored.document.clientSecret.equals(present.secret);
    // A second is as fine as the server tells time: what was delivered meanwhile tells more.
    const wasDelivered = stored !== undefined && stored.version > intent.from;
    if (hasMoved(present) || differs || wasDelivered) return present;
  }
  try {
    return await provider.regenerateSecret(id);
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    // Asked once more it would make a third secret, and end the first. A look that fails too tells nothing.
    const present = await provider.readCredential(id).catch(() => undefined);
    if (present === undefined || !hasMoved(present)) throw error;
    return present;
  }
}

async function changeAtOnce(
  subject: RotationSubject,
  intent: RotationIntent,
  stage: Stage,
  ports: RotationPorts,
): Promise<Changed> {
  const { provider, clock } = ports;
  const { id, delivered, credential } = subject;
  const { secretChangeVisible } = provider.capabilities;
  const done = stage.isFresh ? undefined : wasReplaced(stage.stored, intent);
  if (done !== undefined) {
    const { document, version } = done.stored;
    const createdAt = credential.createdAt;
    const issued = { id, clientId: document.clientId, secret: document.clientSecret, createdAt };
    return { issued, since: done.since, version, gap: undefined };
  }
  const staged = await stageNext(subject, stage, ports);
  const createdAt = Math.max(Math.floor(clock.now() / 1000), (intent.was ?? 0) + 1, secondsOf(intent.begun));
  const { place, path } = delivered;
  const at = secretChangeVisible ? createdAt : null;
  const pending: Delivery = { at, place, path, facts: PENDING, ...(at === null ? { since: createdAt } : {}) };
  const issuedBefore = stage.isFresh ? undefined : changedSince(subject, intent);
  const begun = clock.now();
  await provider.setSecret(id, { secret: staged.next, createdAt, delivery: pending });
  const issued = { id, clientId: staged.clientId, secret: staged.next, createdAt };
  const version = await writeNew(subject, intent, staged.version, stage.stored, issued, ports);
  const gap =
    issuedBefore === undefined
      ? { ms: clock.now() - begun, atMost: false }
      : { ms: Math.max(0, clock.now() - issuedBefore * 1000), atMost: true };
  return { issued: { ...issued, createdAt: at ?? undefined }, since: createdAt, version, gap };
}

/** The document that this very intent delivered, and when its secret was made. */
function wasReplaced(
  stored: StoredDocument | undefined,
  { begun }: RotationIntent,
): { readonly stored: StoredDocument; readonly since: number } | undefined {
  const rotatedAt = stored?.document.facts['rotated_at'];
  if (stored === undefined || stored.document.next !== undefined || rotatedAt === undefined) return undefined;
  const since = secondsOf(rotatedAt);
  return since >= secondsOf(begun) ? { stored, since } : undefined;
}

/** When the secret was changed at the provider by the run before, if it was: consumers may be cut off since then. */
function changedSince({ credential, delivered }: RotationSubject, { was }: RotationIntent): number | undefined {
  const since = credential.createdAt ?? delivered.since;
  return since !== undefined && since !== was ? since : undefined;
}

/** The secret to come, in the store beside the present one. */
async function stageNext(
  { id, delivered, facts }: RotationSubject,
  { stored, version }: Stage,
  { provider, store }: RotationPorts,
): Promise<{ readonly next: Secret; readonly clientId: string; readonly version: number }> {
  const { document } = stored ?? {};
  if (document?.next !== undefined) return { next: document.next, clientId: document.clientId, version };
  const next = makeSecret();
  const present =
    document === undefined
      ? await provider.readCredential(id)
      : { clientId: document.clientId, secret: document.clientSecret };
  const update: DocumentUpdate = {
    clientId: present.clientId,
    clientSecret: present.secret,
    next,
    facts: document === undefined ? facts : {},
  };
  return { next, clientId: present.clientId, version: await store.write(delivered.path, update, version) };
}

async function writeNew(
  { delivered, facts }: RotationSubject,
  { from, kind }: RotationIntent,
  expected: number,
  stored: StoredDocument | undefined,
  { clientId, secret, createdAt, previousUntil }: IssuedCredential,
  { store }: RotationPorts,
): Promise<number> {
  const update: DocumentUpdate = {
    clientId,
    clientSecret: secret,
    next: null,
    facts: {
      ...(stored === undefined ? facts : {}),
      rotated_at: createdAt === undefined ? null : toIso(createdAt),
      previous_version: from === 0 ? null : String(from),
      overlap_until: previousUntil === undefined || kind === 'revoke' ? null : toIso(previousUntil),
    },
  };
  return store.write(delivered.path, update, expected);
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function secondsOf(iso: string): number {
  return Math.floor(Date.parse(iso) / 1000);
}
