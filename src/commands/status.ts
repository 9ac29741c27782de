import { credentialStatus } from '../engine/rotation/credential-status.ts';
import { surveyRotations } from '../engine/rotation/survey-rotations.ts';
import { gapNotices } from '../engine/rotation/rotation-notices.ts';
import { makeStyle, renderStatus } from '../report/index.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';
import { forEachTarget } from '../cli/targets.ts';

/** Shows how old each credential is, and when it is rotated next. Reads no secret and writes nothing. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  return forEachTarget(options, io, { sideBySide: true }, async ({ desired, provider, store, ports, show }, io) => {
    const survey = await surveyRotations(desired, { provider, store });
    const now = Math.floor(ports.clock.now() / 1000);
    const report = {
      target: desired.target.name,
      stack: desired.target.stack,
      provider: provider.describe(),
      store: store.describe(),
      now: new Date(now * 1000).toISOString(),
      credentials: await credentialStatus(survey, store, now),
      notices: gapNotices(survey),
    };
    show(renderStatus(report, { format: options.format, style: makeStyle(io.stdout) }));
    return 0;
  });
}
