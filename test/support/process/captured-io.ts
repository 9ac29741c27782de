/** The outside of a command, with everything that it writes at hand. */
import type { CommandIo, Output } from '../../../src/cli/context.ts';
import { outputText } from '../../../src/model/text/printable.ts';

export interface CapturedIo {
  readonly io: CommandIo;
  readonly written: { stdout: string; stderr: string };
}

/** No terminal, no colour, and an empty environment, but for what is given. */
export function captureIo(given: Partial<Pick<CommandIo, 'env' | 'cwd' | 'signal' | 'backends'>> = {}): CapturedIo {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): Output => ({
    write: (text) => void (written[name] += outputText(text)),
    writeCommands: (text) => void (written[name] += text),
    writeNow: (text) => void (written[name] += outputText(text)),
    unfinished: (text) => {
      written[name] += text;
      return () => undefined;
    },
    status: (line) => void (written[name] += `${line}\n`),
    clearStatus: () => undefined,
    brokenBy: () => undefined,
    isTerminal: false,
    columns: undefined,
    color: false,
    unicode: true,
  });
  const io: CommandIo = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: { stream: process.stdin, isTerminal: false, turn: async () => undefined },
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    version: '1.2.3',
    ...given,
  };
  return { io, written };
}
