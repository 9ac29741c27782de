import type { HeldCredential, Renewed } from '../../credentials/method.ts';
import { fits, isSameCredential } from '../../credentials/registry.ts';
import { isProven } from '../../model/report.ts';
import { isDeliveryOutdated, madeAt, PENDING } from '../../model/rotation.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import type { StoreMark } from '../../stores/store.ts';
import { notesOfFacts } from '../survey/document-facts.ts';
import { proveAccepted, provePreviousRefused } from './prove-rotation.ts';
import { revokeIssuedTokens } from './revoke-tokens.ts';
import { isIssued, readIntent, withIntent } from './rotation-intent.ts';
import type { RotationIntent } from './rotation-intent.ts';
import { lookAt, previousLost } from './rotation-place.ts';
import type { Place } from './rotation-place.ts';
import type { Rotated, RotateOptions, RotationPorts, RotationSubject } from './subject.ts';
import { RotationDocument } from './write-rotation.ts';

/**
 * Rotates a credential. Its steps, each of which can be repeated: note the intent; issue the new credential and deliver it;
 * prove it, as it lies in the store; refuse the previous one, where it is to be revoked; mark it as delivered; take the note
 * away.
 *
 * A rotation that a run before began is finished if its credential was issued, which the provider's time of it shows;
 * else it is begun anew, as this run wants it and as the server can now.
 */
export async function rotateClient(
  subject: RotationSubject,
  options: RotateOptions,
  ports: RotationPorts,
): Promise<Rotated> {
  // A credential that anybody can guess must not live on beside the new one.
  const { kind, mayBeDone } =
    subject.credential.guessable === true ? ({ kind: 'revoke', mayBeDone: false } as const) : options;
  const place = await lookAt(subject, ports);
  const found = readIntent(place.mark);
  const { credential } = subject;
  const isLeft = found !== undefined && isIssued(found, credential);
  const isWanted = isDeliveryOutdated(credential) || (mayBeDone && found !== undefined && isRecent(found, ports));
  const left = isLeft && isWanted ? await finish(subject, found, place, ports) : undefined;
  if (found === undefined) return begin(subject, kind, place, ports);
  if (left === undefined) return begin(withFacts(subject, found), kind, place, ports);
  const { finished, wasDelivered } = left;
  // What consumers had before this run may be what leaked.
  const isEnough = kind === 'rotate' || (finished.kind === 'revoke' && !wasDelivered);
  if (isEnough || !isProven(finished)) return finished;
  // The server counts whole seconds: another credential within the same one would look like this one.
  await ports.clock.sleep(A_SECOND_LATER);
  return rotateClient(await renewed(subject, found, ports), { kind, mayBeDone: false }, ports);
}

/**
 * Finishes a rotation that was cut off after its credential was issued; undefined where none was. One that was only intended
 * is left alone: the one that wanted it will ask again.
 */
export async function finishRotation(subject: RotationSubject, ports: RotationPorts): Promise<Rotated | undefined> {
  if (!isDeliveryOutdated(subject.credential)) return undefined;
  const place = await lookAt(subject, ports);
  const intent = readIntent(place.mark);
  if (intent === undefined || !isIssued(intent, subject.credential)) return undefined;
  return (await finish(subject, intent, place, ports))?.finished;
}

/** Longer ago it was another rotation that was asked for. */
const RECENT_MS = 3_600_000;
const A_SECOND_LATER = 1100;

function isRecent({ begun }: RotationIntent, { clock }: RotationPorts): boolean {
  return clock.now() - Date.parse(begun) < RECENT_MS;
}

/** The mark of a rotation that was cut off says nothing of the facts: its intent does. */
function withFacts(subject: RotationSubject, { facts }: RotationIntent): RotationSubject {
  const { delivered } = subject;
  return delivered.facts === PENDING ? { ...subject, delivered: { ...delivered, facts } } : subject;
}

/** As it is once that rotation is finished. */
async function renewed(
  subject: RotationSubject,
  { facts }: RotationIntent,
  { provider }: RotationPorts,
): Promise<RotationSubject> {
  const { clientId, createdAt, previousUntil } = await subject.method.read(subject.id, provider, async () => undefined);
  const { previousUntil: _before, guessable: _replaced, ...credential } = subject.credential;
  return {
    ...subject,
    delivered: { ...subject.delivered, facts },
    credential: { ...credential, clientId, createdAt, ...(previousUntil === undefined ? {} : { previousUntil }) },
  };
}

async function begin(
  subject: RotationSubject,
  kind: RotationIntent['kind'],
  place: Place,
  ports: RotationPorts,
): Promise<Rotated> {
  const { provider, store, clock } = ports;
  const { id, auth, overlap, credential, delivered, rotation, keepsPrevious } = subject;
  const was = madeAt(credential) ?? null;
  if (was !== null && Math.abs(clock.now() / 1000 - was) < 2) await clock.sleep(A_SECOND_LATER);
  const begun = new Date(clock.now()).toISOString();
  const intent: RotationIntent = { kind, begun, from: place.version, was, facts: delivered.facts };
  const mark = withIntent(place.mark, intent);
  await store.mark(delivered.path, mark);
  const { clientId } = credential;
  const client = { id, clientId, auth, overlap, delivered, was, stored: place.stored?.present };
  const document = new RotationDocument(subject, intent, place, ports);
  const steps = {
    provider,
    clock,
    stage: (held: HeldCredential) => document.stage(held),
    deliver: (issued: IssuedCredential, since?: number) => document.deliver(issued, since),
  };
  const changed = await (keepsPrevious ? rotation.renew(client, steps) : rotation.replace(client, steps));
  return end(subject, intent, { ...place, mark }, { changed, begunBefore: undefined }, ports);
}

/**
 * From where a credential was issued: it is the provider's present one. Undefined where that is the one that was to be replaced,
 * whatever its time says: then none was issued.
 */
async function finish(
  subject: RotationSubject,
  intent: RotationIntent,
  place: Place,
  ports: RotationPorts,
): Promise<{ readonly finished: Rotated; readonly wasDelivered: boolean } | undefined> {
  const { stored, version: lying } = place;
  const { credential, ...found } = await subject.method.read(subject.id, ports.provider, async () => stored);
  // One that nobody has any more is none, nor is one of a change that was cut off: another is issued.
  if (credential === undefined || !fits(credential, subject.auth)) return undefined;
  const issued = { ...found, credential };
  if (isOfBefore(issued, intent, place)) return undefined;
  const since = madeAt(subject.credential);
  const wasDelivered =
    stored !== undefined &&
    stored.next === undefined &&
    stored.clientId === issued.clientId &&
    isSameCredential(stored.present, issued.credential);
  const document = new RotationDocument(subject, intent, place, ports);
  const version = wasDelivered ? lying : await document.deliver(issued, since);
  // Without an overlap consumers may have been cut off since the credential was set.
  const isLate = !wasDelivered && issued.previousUntil === undefined && since !== undefined;
  const gap = isLate ? { ms: Math.max(0, ports.clock.now() - since * 1000), atMost: true } : undefined;
  const ending = { changed: { issued, since, version, gap }, begunBefore: intent.begun };
  return { finished: await end(subject, intent, place, ending, ports), wasDelivered };
}

/** The document that the rotation found, or staged the next credential in, holds it as the present one. */
function isOfBefore({ credential }: IssuedCredential, { from }: RotationIntent, { stored, version }: Place): boolean {
  if (stored === undefined || !isSameCredential(stored.present, credential)) return false;
  return stored.next !== undefined || version === from;
}

/** From where the new credential is in the store. */
async function end(
  subject: RotationSubject,
  intent: RotationIntent,
  place: Place,
  { changed, begunBefore }: { readonly changed: Renewed; readonly begunBefore: string | undefined },
  ports: RotationPorts,
): Promise<Rotated> {
  const { mark, stored } = place;
  const { issued, version, gap } = changed;
  const result = { kind: intent.kind, begunBefore, storeVersion: version, gap };
  const accepted = await proveAccepted(subject.delivered.path, subject.probe, ports);
  if (accepted.outcome === 'failed') return { ...result, previousUntil: issued.previousUntil, checks: [accepted] };
  const checks = [accepted, ...previousLost(subject, intent, place, changed)];
  if (intent.kind === 'revoke') {
    const ended = await subject.rotation.endPrevious(subject.id, ports.provider);
    checks.push(await provePreviousRefused(subject, issued, [stored?.present, ended], ports));
  }
  const isRefused = intent.kind === 'revoke' && isProven({ checks });
  const tokens = isRefused ? { tokens: await revokeIssuedTokens(subject, issued, ports) } : {};
  if (isProven({ checks })) {
    const notes = { ...mark.notes, ...notesOfFacts(stored?.facts ?? subject.facts) };
    await completeRotation(subject, intent, changed, { ...mark, notes }, ports);
  }
  return { ...result, ...tokens, previousUntil: intent.kind === 'revoke' ? undefined : issued.previousUntil, checks };
}

/** The mark of the finished delivery, and then no note any more. */
async function completeRotation(
  { id, delivered, rotateEvery }: RotationSubject,
  intent: RotationIntent,
  { issued, since }: Renewed,
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
