import { GrantryError, ownLines } from '../../../model/errors.ts';
import { earliestNow } from '../../../platform/clock.ts';
import { disabledNotices, endingNotices, wordInOverlap } from '../../rotation/rotation-notices.ts';
import { lockName } from '../../../stores/record.ts';
import { isRevocation, selectRotations } from '../../rotation/select-rotations.ts';
import type { RotationChoice, RotationRequest } from '../../rotation/select-rotations.ts';
import { surveyRotations } from '../../rotation/survey-rotations.ts';
import type { RotationSurvey } from '../../rotation/survey-rotations.ts';
import type { OpenTarget } from '../open-target.ts';
import type { RotationQuestion } from './rotate-request.ts';

/** What a rotate has to do, and what that follows from. */
export interface PreparedRotation {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly survey: RotationSurvey;
  readonly choice: RotationChoice;
  readonly isNothing: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** Finds out what there is to do. Throws where nothing may be done. */
export async function prepareRotation(
  { desired, provider, store, ports }: OpenTarget,
  request: RotationRequest,
): Promise<PreparedRotation> {
  const startedAt = new Date(ports.clock.now()).toISOString();
  const named = request.kind === 'named' ? new Set(request.names) : undefined;
  const survey = await surveyRotations(desired, { provider, store }, named);
  const { now: storeNow } = await store.readRecord(lockName(desired.target.stack));
  const now = Math.floor(earliestNow(ports.clock, storeNow) / 1000);
  const view = { ...survey, locate: (path: string) => store.locate(path), now };
  const choice = selectRotations(request, view);
  const isNothing = choice.rotate.length + choice.finish.length + choice.retire.length === 0;
  const prepared = { startedAt, survey, choice, isNothing, now };
  refuse(prepared, request);
  return prepared;
}

/** Reasons beside the first one: of a wrong stack every client has one. */
const MOST_REASONS = 4;

/** Of clients that were named all or none are rotated; and nothing at all is written where nothing can be done. */
function refuse({ choice: { refused, inOverlap }, isNothing }: PreparedRotation, request: RotationRequest): void {
  const [first] = refused;
  if (first !== undefined && (request.kind === 'named' || isNothing)) {
    const rest = refused.slice(1);
    const more = rest.slice(0, MOST_REASONS).map(({ error }) => `  ${error.message}`);
    if (rest.length > MOST_REASONS) more.push(`  and ${rest.length - MOST_REASONS} more`);
    const { code, message, hint } = first.error;
    const none =
      request.kind === 'named' && request.names.length > 1 ? ['Nothing was rotated, none of the others either.'] : [];
    throw new GrantryError(code, [...ownLines(message), ...more, ...none], hint === undefined ? {} : { hint });
  }
  if (request.kind === 'all' && isNothing && inOverlap.length > 0) {
    throw new GrantryError(
      'ROTATION_IN_OVERLAP',
      `nothing was rotated: ${wordInOverlap(inOverlap)}, and another rotation would end that at once`,
      {
        hint: 'Wait until that ends (grantry status shows when), or rotate anyway with --force.',
      },
    );
  }
}

/** What must be confirmed first: all credentials, or the end of several at once, is more than a typo may do. */
export function questionOf(
  { choice, survey, now }: PreparedRotation,
  request: RotationRequest,
): RotationQuestion | undefined {
  const { rotate: clients } = choice;
  const revokes = isRevocation(request);
  if (request.kind === 'due' || (request.kind === 'named' && !(revokes && clients.length > 1))) return undefined;
  const notices = [...leftOutNotices(choice), ...endingNotices(clients, { actual: survey.actual, now })];
  return { target: survey.desired.target.name, clients, revokes, notices };
}

/** Which clients were left out, and why. */
export function leftOutNotices({ inOverlap, disabled }: RotationChoice): string[] {
  return [...overlapNotices(inOverlap), ...disabledNotices(disabled)];
}

function overlapNotices(inOverlap: readonly string[]): string[] {
  if (inOverlap.length === 0) return [];
  return [
    `${wordInOverlap(inOverlap)} and left out: the previous credential is still accepted. --force rotates anyway.`,
  ];
}
