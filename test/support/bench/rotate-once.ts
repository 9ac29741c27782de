/** One rotate command, in process: with everything but the lock and the report. */
import { rotationSubjects } from '../../../src/engine/rotation/rotation-subjects.ts';
import { runRotations } from '../../../src/engine/rotation/run-rotations.ts';
import type { RotationRun } from '../../../src/engine/rotation/run-rotations.ts';
import { howToRotate, selectRotations } from '../../../src/engine/rotation/select-rotations.ts';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import { surveyRotations } from '../../../src/engine/rotation/survey-rotations.ts';
import type { RotationSurvey } from '../../../src/engine/rotation/survey-rotations.ts';
import type { TargetPorts } from '../../../src/engine/survey/survey-target.ts';
import type { RotationPorts } from '../../../src/engine/rotation/subject.ts';
import type { DesiredState } from '../../../src/model/desired.ts';

/** `portsOf` is asked once the servers were read; `now` is in Unix seconds. Throws what the first that is refused says. */
export async function rotateOnce(
  desired: DesiredState,
  target: TargetPorts,
  request: RotationRequest,
  { now, portsOf }: { readonly now: number; readonly portsOf: (survey: RotationSurvey) => RotationPorts },
): Promise<RotationRun> {
  const names = request.kind === 'named' ? new Set(request.names) : undefined;
  const survey = await surveyRotations(desired, target, names);
  const choice = selectRotations(request, { ...survey, locate: (path) => target.store.locate(path), now });
  const [refused] = choice.refused;
  if (refused !== undefined) throw refused.error;
  const subjects = rotationSubjects(new Set([...choice.rotate, ...choice.finish]), survey, target);
  const of = (chosen: readonly string[]) => chosen.flatMap((name) => subjects.get(name) ?? []);
  return runRotations(
    {
      finish: of(choice.finish),
      rotate: of(choice.rotate),
      how: howToRotate(request),
      retire: choice.retire,
    },
    portsOf(survey),
    { inFlight: 1, stopped: () => false, onBegin: () => undefined, onResult: () => undefined },
  );
}
