/** Global setup of the tests against the stand-in for AWS: one for the whole run, which test files find by `inject('aws')`. */
import { execFileSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';
import { startMoto } from './moto.ts';
import type { AwsServer, Stoppable } from './moto.ts';

export type { ProvidedContext } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The stand-in for AWS. */
    aws: AwsServer;
    /** The program, for the tests that need one of their own: see `startMoto`. */
    motoServer: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const program = process.env['MOTO_SERVER'] ?? install();
  const started: Stoppable[] = [];
  project.provide('motoServer', program);
  // One that runs already, for quick rounds while developing.
  const { GRANTRY_TEST_AWS: url } = process.env;
  project.provide('aws', url === undefined ? await startMoto(program, started) : { url });
  return async () => void (await Promise.all(started.map((each) => each.stop())));
}

function install(): string {
  return execFileSync(process.execPath, ['scripts/images/moto.mjs'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}
