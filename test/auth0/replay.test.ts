/** Holds the emulator to real traffic. Where no recording is at hand it is skipped, and says so. */
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readRecordedTraffic, recordedTrafficFile, sharedFile } from './recorded-traffic.ts';
import { countOutcomes, reportReplay } from './replay-report.ts';
import { replay } from './replay.ts';

/** The endpoints that have to be there. */
const REQUIRED =
  /^\/api\/v2\/(clients|clients\/\{id\}|clients\/\{id\}\/rotate-secret|resource-servers(\/\{.*\})?|client-grants(\/\{id\})?)$|^\/oauth\/token$/;

const file = recordedTrafficFile();
const reason = `there is no ${sharedFile('recorded-traffic.json')}, and GRANTRY_RECORDED_TRAFFIC is not set`;
// A skipped test's name is not shown by every reporter: the reason has to be.
if (file === undefined) process.stderr.write(`The replay of recorded traffic is skipped: ${reason}.\n`);

it.skipIf(file === undefined)(
  `answers recorded requests as Auth0 did${file === undefined ? ` (skipped: ${reason})` : ''}`,
  async () => {
    const verdicts = await replay(readRecordedTraffic(file ?? ''));
    const report = reportReplay(verdicts);
    // scripts/test-replay.mjs prints it.
    const reportFile = process.env['GRANTRY_REPLAY_REPORT'];
    if (reportFile !== undefined)
      writeFileSync(reportFile, JSON.stringify({ report, counts: countOutcomes(verdicts) }));
    else process.stdout.write(`${report}\n`);
    const different = verdicts.filter(({ outcome }) => outcome === 'different');
    const missing = verdicts.filter(
      ({ pair, outcome }) => outcome === 'not supported' && REQUIRED.test(pair.pathShape),
    );
    expect(different.map(({ pair, reasons }) => [pair.sourceRecording, ...reasons])).toEqual([]);
    expect(missing.map(({ pair }) => `${pair.method} ${pair.pathShape}`)).toEqual([]);
    expect(countOutcomes(verdicts).alike).toBeGreaterThan(0);
  },
  600_000,
);
