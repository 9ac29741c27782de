// npm run soak: the tests that npm test runs a sample of, in full. Takes about an hour.
import { join } from 'node:path';
import { checkout, main, passThrough } from './process.mjs';

const FULL = {
  LAW_RUNS: '10000',
  LOCK_RUNS: '20',
  KILL_RUNS: '50',
  LAW_TIMEOUT: '3600000',
  ROTATION_FAULTS: 'all',
  ROTATIONS: '50',
};
const FILES = [
  'test/laws',
  'test/e2e/kill.test.ts',
  'test/e2e/lock.test.ts',
  'test/e2e/rotation-faults.test.ts',
  'test/e2e/rotation-consumers.test.ts',
];

await main(async () =>
  passThrough(process.execPath, [join(checkout, 'scripts/test.mjs'), ...FILES, ...process.argv.slice(2)], {
    env: { ...process.env, ...FULL },
  }),
);
