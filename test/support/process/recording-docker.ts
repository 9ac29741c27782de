/** A `docker` in front of the real one that keeps what it was called with: no call is missed, however short. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Makes it in `folder`, which is to come first in PATH; calls are kept in `folder/calls`. Containers that are made get
 * the label by which scripts/test.mjs finds what a run left behind.
 */
export function makeRecordingDocker(folder: string, path: string): void {
  mkdirSync(join(folder, 'calls'), { recursive: true });
  const run = process.env['GRANTRY_TEST_RUN'] ?? `${hostname()}:${process.pid}`;
  const script = [
    '#!/bin/sh',
    `{ printf '%s\\n' "$@"; env; } > '${folder}/calls/'$$`,
    `if [ "$1" = create ]; then shift; set -- create --label 'grantry.test.run=${run}' "$@"; fi`,
    `PATH='${path}' exec docker "$@"`,
    '',
  ];
  writeFileSync(join(folder, 'docker'), script.join('\n'));
  chmodSync(join(folder, 'docker'), 0o755);
}
