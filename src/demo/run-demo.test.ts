import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { CommandIo, Output } from '../commands/context.ts';
import { runDemo } from './run-demo.ts';

describe('a machine with neither an engine nor a JDK', () => {
  const temp = mkdtempSync(join(tmpdir(), 'grantry-nothing-'));
  afterAll(() => rmSync(temp, { recursive: true }));

  function makeIo(signal: AbortSignal): CommandIo {
    const output: Output = {
      write: () => undefined,
      isTerminal: false,
      columns: undefined,
      color: false,
      unicode: true,
    };
    const stdin = { stream: Readable.from([]), isTerminal: false };
    const env = { PATH: temp, TMPDIR: temp };
    return { stdout: output, stderr: output, stdin, env, cwd: temp, signal, version: '0' };
  }

  it('is told so in one message, with both ways out, and nothing is left', async () => {
    const failing = runDemo({ keep: false, jdkPlaces: [temp] }, makeIo(new AbortController().signal));
    await expect(failing).rejects.toMatchObject({
      code: 'FAILED',
      message: 'the demo needs a container engine or a JDK, and there is neither',
      hint: expect.stringMatching(/start Docker[^]*JDK, version 21 or later/),
    });
    expect(readdirSync(temp)).toEqual([]);
  });

  it('is left alone at once when the user stops', async () => {
    await expect(runDemo({ keep: false, jdkPlaces: [] }, makeIo(AbortSignal.abort()))).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });
});
