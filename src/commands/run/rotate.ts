import type {
  FormatOptions,
  ParallelismOptions,
  TargetOptions,
  WritingOptions,
} from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { makeRunContext } from '../../cli/listeners/run-context.ts';
import { confirmRotation } from '../../cli/prompts/confirm-rotation.ts';
import { forEachTarget } from '../../cli/targets.ts';
import type { RotationRequest } from '../../engine/rotation/select-rotations.ts';
import type { OpenTarget } from '../../engine/run/open-target.ts';
import { exitCodeOfOutcome } from '../../engine/run/outcome.ts';
import type { RotateRequest } from '../../engine/run/rotate/rotate-request.ts';
import { rotateTarget } from '../../engine/run/rotate/rotate-target.ts';
import { GrantryError } from '../../model/errors.ts';
import { makeStyle, renderRotate } from '../../report/index.ts';

export interface RotateOptions extends TargetOptions, FormatOptions, ParallelismOptions, WritingOptions {
  /** Names of clients. */
  readonly args: readonly string[];
  readonly due: boolean;
  readonly all: boolean;
  readonly max: number | undefined;
  readonly stagger: boolean;
  readonly force: boolean;
  readonly revokeNow: boolean;
  readonly autoApprove: boolean;
}

/** Rotates credentials: of the clients named, of those that are due, or of all. */
export async function runRotate(options: RotateOptions, io: CommandIo): Promise<number> {
  const rotation = readRequest(options);
  return forEachTarget(options, io, {}, (target, io) => rotateIn(target, rotation, options, io));
}

/** Rotates credentials of one target. */
export async function rotateIn(
  target: OpenTarget,
  rotation: RotationRequest,
  options: RotateOptions,
  io: CommandIo,
): Promise<number> {
  const { parallelism, format, lockTimeout, breakLock } = options;
  const shown = new Set<string>();
  const context = makeRunContext(io, options, (event) => {
    if (event.kind === 'notice') shown.add(event.text);
  });
  const request: RotateRequest = {
    rotation,
    parallelism,
    lock: { timeout: lockTimeout * 1000, breakLock },
    confirm: (question) => confirmRotation(question, options, io),
  };
  const outcome = await rotateTarget(target, request, context);
  // For people what a rotation does was shown before it.
  const notices = outcome.report.notices.filter((notice) => format !== 'text' || !shown.has(notice));
  io.stdout.write(renderRotate({ ...outcome.report, notices }, { format, style: makeStyle(io.stdout) }));
  return exitCodeOfOutcome(outcome);
}

function readRequest({ args, due, all, max, stagger, force, revokeNow: revoke }: RotateOptions): RotationRequest {
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
