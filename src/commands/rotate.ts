import { begunRotation, endedRotation } from '../engine/ledger/audit.ts';
import type { Lease } from '../engine/lock/lease.ts';
import { lockName } from '../engine/lock/lock.ts';
import { rotationPorts, rotationSubjects } from '../engine/rotation/rotation-subjects.ts';
import { allDone, runRotations } from '../engine/rotation/run-rotations.ts';
import type { RotationRun } from '../engine/rotation/run-rotations.ts';
import { isRevocation, selectRotations } from '../engine/rotation/select-rotations.ts';
import type { RotationChoice, RotationWish } from '../engine/rotation/select-rotations.ts';
import { surveyRotations } from '../engine/rotation/survey-rotations.ts';
import type { RotationSurvey } from '../engine/rotation/survey-rotations.ts';
import { trackWrites } from '../engine/apply/track-writes.ts';
import { GrantryError, exitCodeOf, ownLines } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import type { RotateReport, RotationResult } from '../model/report.ts';
import { monotonic } from '../platform/clock.ts';
import { runIdentity } from '../platform/run-identity.ts';
import { endingNotices, gapNotices, wordInOverlap } from '../engine/rotation/rotation-notices.ts';
import { makeStyle, renderRotate, renderRotation } from '../report/index.ts';
import { openAuditTrail } from '../cli/audit-log.ts';
import { askForYes } from '../cli/ask.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';
import { Progress } from '../cli/output/progress.ts';
import { selectClients } from '../cli/select-clients.ts';
import { forEachTarget } from '../cli/targets.ts';
import type { OpenTarget } from '../cli/targets.ts';
import { brokenLock, withTargetLock } from '../cli/with-target-lock.ts';

/** Rotates credentials: of the clients named, of those that are due, or of all. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const wish = readWish(options);
  return forEachTarget(options, io, { sideBySide: true }, (target, io) => rotateIn(target, wish, options, io));
}

/** Rotates credentials of one target. */
export async function rotateIn(
  target: OpenTarget,
  wish: RotationWish,
  options: CommandOptions,
  io: CommandIo,
): Promise<number> {
  const named = wish.kind === 'named' ? selectClients(target.desired, wish.names) : undefined;
  const wished = named === undefined ? wish : { ...wish, names: [...named] };
  const work = await prepare(target, wished, named);
  refuse(work, wished);
  if (work.isNothing) return report(target, work, NOTHING, options, io);
  await confirm(work, wished, options, io);
  return withTargetLock(target, options, io, async (lease) => {
    // Until the lock was ours others may have held it.
    const now = await prepare(target, wished, named);
    refuse(now, wished);
    return rotate(target, now, wished, lease, options, io);
  });
}

function readWish({ args, due, all, max, stagger, force, revokeNow: revoke }: CommandOptions): RotationWish {
  const hint = 'Such as: grantry rotate -t prod order-service, or: grantry rotate -t prod --due';
  const refuseUsage = (message: string): never => {
    throw new GrantryError('INVALID_INPUT', message, { hint });
  };
  const ways = [args.length > 0, due, all].filter(Boolean).length;
  if (ways !== 1) {
    const how = ways === 0 ? '' : ' by one of these only';
    return refuseUsage(`say what to rotate${how}: names of clients, --due, or --all`);
  }
  if (stagger && !due) return refuseUsage('--stagger goes with --due: it rotates some credentials before they are due');
  if (due && (force || revoke))
    return refuseUsage(`--${force ? 'force' : 'revoke-now'} goes with names of clients or --all`);
  if (args.length > 0 && max !== undefined) return refuseUsage('--max goes with --due or --all');
  if (due) return { kind: 'due', stagger, max };
  return all ? { kind: 'all', force, revoke, max } : { kind: 'named', names: args, force, revoke };
}

/** Reasons beside the first one: of a wrong stack every client has one. */
const MOST_TOLD = 4;

/** Clients that are named in a question. */
const MOST_ASKED = 20;

/** Of more than so many only those that fail have a line of their own while it runs. */
const LISTED = 50;

interface Work {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly survey: RotationSurvey;
  readonly choice: RotationChoice;
  readonly isNothing: boolean;
  /** Unix seconds. */
  readonly now: number;
}

async function prepare(
  { desired, provider, store, ports }: OpenTarget,
  wish: RotationWish,
  named: ReadonlySet<string> | undefined,
): Promise<Work> {
  const startedAt = new Date(ports.clock.now()).toISOString();
  const survey = await surveyRotations(desired, { provider, store }, named);
  const now = await earliestNow({ store, ports }, desired.target.stack);
  const view = { ...survey, locate: (path: string) => store.locate(path), now };
  const choice = selectRotations(wish, view);
  const isNothing = choice.rotate.length + choice.finish.length + choice.retire.length === 0;
  return { startedAt, survey, choice, isNothing, now };
}

/**
 * Unix seconds, by the machine's clock or the store's, whichever says less: a clock that is ahead must not end what is
 * still valid.
 */
async function earliestNow({ store, ports }: Pick<OpenTarget, 'store' | 'ports'>, stack: string): Promise<number> {
  const { now } = await store.readRecord(lockName(stack));
  return Math.floor(Math.min(ports.clock.now(), now) / 1000);
}

/** Of clients that were named all or none are rotated; and nothing at all is written where nothing can be done. */
function refuse({ choice: { refused, inOverlap }, isNothing }: Work, wish: RotationWish): void {
  const [first] = refused;
  if (first !== undefined && (wish.kind === 'named' || isNothing)) {
    const rest = refused.slice(1);
    const more = rest.slice(0, MOST_TOLD).map(({ error }) => `  ${error.message}`);
    if (rest.length > MOST_TOLD) more.push(`  and ${rest.length - MOST_TOLD} more`);
    const { code, message, hint } = first.error;
    const none =
      wish.kind === 'named' && wish.names.length > 1 ? ['Nothing was rotated, none of the others either.'] : [];
    throw new GrantryError(code, [...ownLines(message), ...more, ...none], hint === undefined ? {} : { hint });
  }
  if (wish.kind === 'all' && isNothing && inOverlap.length > 0) {
    throw new GrantryError(
      'ROTATION_IN_OVERLAP',
      `nothing was rotated: ${wordInOverlap(inOverlap)}, and another rotation would end that at once`,
      {
        hint: 'Wait until that ends (grantry status tells when), or rotate anyway with --force.',
      },
    );
  }
}

/** All credentials, or the end of several at once, is more than a slip of the hand may do. */
async function confirm(
  { choice, survey, now }: Work,
  wish: RotationWish,
  { autoApprove }: CommandOptions,
  io: CommandIo,
): Promise<void> {
  const { rotate: names } = choice;
  const revoke = isRevocation(wish);
  if (autoApprove || wish.kind === 'due' || (wish.kind === 'named' && !(revoke && names.length > 1))) return;
  const { name } = survey.desired.target;
  const count = names.length === 1 ? '1 credential' : `${names.length} credentials`;
  const fate = revoke ? ' and refuse the previous secrets at once' : '';
  if (!io.stdin.isTerminal) {
    throw new GrantryError(
      'NOT_CONFIRMED',
      `${count} of ${name} would be rotated${revoke ? ', and the previous secrets refused at once' : ''}; nobody can be asked here`,
      {
        hint: 'If that is meant, say so with --auto-approve.',
      },
    );
  }
  await io.stdin.turn();
  const more = names.length > MOST_ASKED ? `  and ${names.length - MOST_ASKED} more\n` : '';
  const listed = names.slice(0, MOST_ASKED).map((each) => `  ${printable(each)}\n`);
  io.stderr.write(`To be rotated in ${name}:\n${listed.join('')}${more}`);
  const notices = [...overlapNotices(choice), ...endingNotices(names, { actual: survey.actual, now })];
  for (const notice of notices) io.stderr.write(`${printable(notice)}\n`);
  await askForYes(`Rotate ${count} of ${name}${fate}?`, io);
}

async function rotate(
  target: OpenTarget,
  work: Work,
  wish: RotationWish,
  lease: Lease,
  options: CommandOptions,
  io: CommandIo,
): Promise<number> {
  const { provider, store, ports, gate, desired } = target;
  const { survey, choice } = work;
  const mayWrite = (): void => lease.assertHeld();
  let wrote = false;
  const tracked = trackWrites({ provider, store }, { before: mayWrite, after: () => void (wrote = true) });
  const subjects = rotationSubjects(new Set([...choice.rotate, ...choice.finish]), survey, tracked);
  const subjectsOf = (names: readonly string[]) => names.flatMap((name) => subjects.get(name) ?? []);
  const style = makeStyle(io.stderr);
  const trail = openAuditTrail(options.auditLog, io);
  const origin = { target: desired.target.name, stack: desired.target.stack, tool: io.version, ...runIdentity(io.env) };
  const now = (): string => new Date(ports.clock.now()).toISOString();
  const revoke = isRevocation(wish);
  const total = choice.rotate.length + choice.finish.length + choice.retire.length;
  const progress = new Progress(io.stderr, { what: 'rotation', total }, monotonic);
  for (const notice of work.isNothing ? [] : gapNotices(survey)) io.stderr.write(`${printable(notice)}\n`);
  try {
    const rotating = gate.during(mayWrite, () =>
      runRotations(
        {
          finish: subjectsOf(choice.finish),
          rotate: subjectsOf(choice.rotate),
          how: { kind: revoke ? 'revoke' : 'rotate', mayBeDone: wish.kind === 'named' && !revoke },
          retire: choice.retire,
        },
        rotationPorts(tracked, survey, ports),
        {
          inFlight: options.parallelism,
          stopped: () => io.signal.aborted || (lease.failure() ?? trail.failure()) !== undefined,
          onBegin: (task) => trail.begin(begunRotation(task, origin, now())),
          onResult: (result) => {
            trail.end(endedRotation(result, origin, now()));
            progress.step(result.outcome === 'failed');
            if (total <= LISTED || result.outcome === 'failed') io.stderr.write(`${renderRotation(result, style)}\n`);
          },
        },
      ),
    );
    const done = await rotating.finally(() => progress.end());
    // A line that is lost is lost, also after the last rotation.
    const failure = trail.failure() ?? (allDone(done) ? undefined : lease.failure());
    if (failure !== undefined) io.stderr.write(`${failure.message}\n${failure.hint ?? ''}\n`);
    const firstError = done.firstError ?? trail.failure()?.code;
    const written = wrote || gate.written;
    const ended = { results: done.results, firstError, audit: trail.events, written, ...brokenLock(lease) };
    return report(target, work, ended, options, io);
  } finally {
    trail.close();
  }
}

/** What a run came to. */
interface Ended extends RotationRun, Pick<RotateReport, 'audit' | 'brokeLock'> {
  readonly written: boolean;
}

const NOTHING: Ended = { results: [], firstError: undefined, audit: [], written: false };

function report(
  { desired, provider, store, show }: OpenTarget,
  { survey, choice, startedAt, isNothing }: Work,
  { results, firstError, written, ...ended }: Ended,
  options: CommandOptions,
  io: CommandIo,
): number {
  const refused = choice.refused.map(({ address, error }): RotationResult => {
    const { message: reason, hint } = error;
    const result = {
      address,
      op: 'rotate' as const,
      outcome: 'refused' as const,
      place: '',
      checks: [],
      reason,
      duration: 0,
    };
    return hint === undefined ? result : { ...result, hint };
  });
  const document: RotateReport = {
    target: desired.target.name,
    stack: desired.target.stack,
    provider: provider.describe(),
    store: store.describe(),
    startedAt,
    ...ended,
    results: [...results, ...refused],
    waiting: choice.waiting,
    interrupted: io.signal.aborted,
    // For people what a rotation does was told before it.
    notices: [...(options.format === 'text' && !isNothing ? [] : gapNotices(survey)), ...overlapNotices(choice)],
  };
  show(renderRotate(document, { format: options.format, style: makeStyle(io.stdout) }));
  if (firstError !== undefined && !written) return exitCodeOf(firstError);
  return firstError === undefined && allDone({ results: document.results }) && !io.signal.aborted ? 0 : 1;
}

function overlapNotices({ inOverlap }: RotationChoice): string[] {
  if (inOverlap.length === 0) return [];
  return [`${wordInOverlap(inOverlap)} and left out: the previous secret is still accepted. --force rotates anyway.`];
}
