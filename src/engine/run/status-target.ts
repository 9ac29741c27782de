import type { StatusReport } from '../../model/report.ts';
import { credentialStatus } from '../rotation/credential-status.ts';
import { gapNotices } from '../rotation/rotation-notices.ts';
import { surveyRotations } from '../rotation/survey-rotations.ts';
import { reportHead } from './open-target.ts';
import type { OpenTarget } from './open-target.ts';
import { readOnly } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** Looks how old each credential is, and when it is rotated next. Reads no secret and writes nothing. */
export async function statusTarget(target: OpenTarget): Promise<Outcome<StatusReport>> {
  const { desired, provider, store, ports } = target;
  const survey = await surveyRotations(desired, { provider, store });
  const now = Math.floor(ports.clock.now() / 1000);
  const report: StatusReport = {
    ...reportHead(target),
    now: new Date(now * 1000).toISOString(),
    credentials: await credentialStatus(survey, store, now),
    notices: [...gapNotices(survey), ...(survey.actual.notices ?? [])],
  };
  return readOnly(report, true);
}
