import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { captureIo } from '../../test/support/process/captured-io.ts';
import type { CommandIo } from '../../src/cli/context.ts';
import { demoKeycloak } from './demo.ts';

describe('a machine with neither an engine nor a JDK', () => {
  const temp = mkdtempSync(join(tmpdir(), 'grantry-nothing-'));
  afterAll(() => rmSync(temp, { recursive: true }));

  function makeIo(signal: AbortSignal): CommandIo {
    return captureIo({ env: { PATH: temp, TMPDIR: temp }, cwd: temp, signal }).io;
  }

  it('says so in one message, with both ways out, and nothing is left', async () => {
    const failing = demoKeycloak(
      { story: 'example', keep: false, jdkPlaces: [temp] },
      makeIo(new AbortController().signal),
    );
    await expect(failing).rejects.toMatchObject({
      code: 'FAILED',
      message: 'the demo needs a container engine or a JDK, and there is neither',
      hint: expect.stringMatching(/start Docker[^]*JDK, version 21 or later/),
    });
    expect(readdirSync(temp)).toEqual([]);
  });

  it('is left alone at once when the user stops', async () => {
    await expect(
      demoKeycloak({ story: 'example', keep: false, jdkPlaces: [] }, makeIo(AbortSignal.abort())),
    ).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});
