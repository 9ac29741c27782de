import type { AuditEvent } from '../../model/audit.ts';
import type { Change } from '../../model/plan.ts';
import { isRotated } from '../../model/report.ts';
import type { ChangeResult, RotationResult } from '../../model/report.ts';
import { changedPaths } from '../plan/field-changes.ts';
import type { RunIdentity } from '../../platform/run-identity.ts';

/** What all events of one run have in common. */
export type AuditRun = Pick<AuditEvent, 'target' | 'stack' | 'tool'> & RunIdentity;

/** The event of a change that begins. A crash leaves it without an end, and so shows. */
export function begunEvent(change: Change, run: AuditRun, time: string): AuditEvent {
  return { time, event: 'begun', ...run, ...about(change), storeVersion: undefined, reason: undefined };
}

/** The event of a change that ended. */
export function endedEvent(change: Change, result: ChangeResult, run: AuditRun, time: string): AuditEvent {
  const event = result.outcome === 'done' ? 'done' : 'failed';
  return { time, event, ...run, ...about(change), storeVersion: result.storeVersion, reason: result.reason };
}

type About = Pick<AuditEvent, 'address' | 'op' | 'fields' | 'place'>;

function about(change: Change): About {
  const delivery = 'delivery' in change ? change.delivery : undefined;
  const fields = changedPaths(change).map((path) => path.join(' '));
  return { address: change.address, op: change.op, fields, place: delivery?.place };
}

/** The event of a rotation that begins. */
export function begunRotation(
  task: Pick<RotationResult, 'address' | 'op' | 'place'>,
  run: AuditRun,
  time: string,
): AuditEvent {
  return { time, event: 'begun', ...run, ...aboutRotation(task), storeVersion: undefined, reason: undefined };
}

/** The event of a rotation that ended. */
export function endedRotation(result: RotationResult, run: AuditRun, time: string): AuditEvent {
  const event = isRotated(result) ? 'done' : 'failed';
  const { storeVersion, reason } = result;
  return { time, event, ...run, ...aboutRotation(result), storeVersion, reason };
}

function aboutRotation({ address, op, place }: Pick<RotationResult, 'address' | 'op' | 'place'>): About {
  return { address, op, fields: ['secret'], place: place === '' ? undefined : place };
}
