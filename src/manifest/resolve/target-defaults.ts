import type { Guards, RotatePolicy } from '../../model/target.ts';
import type { TargetSpec } from '../schema/target.ts';

const DAY = 86_400;

/** Rotation of a Target that says nothing about it. */
const ROTATE: RotatePolicy = { every: 90 * DAY, overlap: 2 * DAY };

/** The rotation policy and the guards of a Target, with what it leaves out. */
export function targetDefaults(spec: TargetSpec): { rotate: RotatePolicy; guards: Guards } {
  const { rotate, guards } = spec;
  return {
    rotate: {
      every: rotate?.every ?? ROTATE.every,
      overlap: rotate?.overlap ?? ROTATE.overlap,
      ...(rotate?.endWhen === undefined ? {} : { endWhen: rotate.endWhen }),
    },
    guards: {
      maxDeletes: guards?.maxDeletes ?? 5,
      maxDeletePercent: guards?.maxDeletePercent ?? 20,
      protect: guards?.protect ?? [],
      grantable: guards?.grantable,
      maxCredentialAge: guards?.maxCredentialAge,
    },
  };
}
