import { isatty } from 'node:tty';
import type { BrokenOutputs } from './output/broken-outputs.ts';
import type { CommandIo, Output } from './context.ts';
import { makeOutput } from './output/process-output.ts';

/** This process as commands see it; `args` as given, since colour is decided before they are parsed. */
export function makeProcessIo(args: readonly string[], version: string, broken: BrokenOutputs): CommandIo {
  let signal: AbortSignal | undefined;
  const stderr = makeOutput(process.stderr, 2, args, broken);
  const leave = leaveWithoutStatus(stderr);
  const stdout = makeOutput(process.stdout, 1, args, broken);
  return {
    stdout: {
      ...stdout,
      // On a terminal both write to the same line.
      write: (text) => {
        stderr.clearStatus();
        stdout.write(text);
      },
    },
    stderr: {
      ...stderr,
      status: (text, about) => {
        if (stderr.isTerminal && signal === undefined) leave.listen();
        stderr.status(text, about);
      },
    },
    stdin: { stream: process.stdin, isTerminal: isatty(0), turn: async () => undefined },
    env: process.env,
    cwd: process.cwd(),
    version,
    // Listens from the moment on when a command asks: the others end at Ctrl-C as programs do.
    get signal() {
      leave.ignore();
      signal ??= listenForInterrupt(stderr, broken.failed);
      return signal;
    },
  };
}

/** A command that Ctrl-C ends as it ends programs would leave its status line before the user's next prompt. */
function leaveWithoutStatus(stderr: Output): { readonly listen: () => void; readonly ignore: () => void } {
  let listening = false;
  const end = (name: NodeJS.Signals): void => {
    ignore();
    stderr.clearStatus();
    process.kill(process.pid, name);
  };
  const ignore = (): void => {
    for (const name of ENDING) process.off(name, end);
  };
  const listen = (): void => {
    if (listening) return;
    listening = true;
    for (const name of ENDING) process.on(name, end);
  };
  return { listen, ignore };
}

/** A terminal that is closed hangs up. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted by a signal, or by an output that `failed`. */
function listenForInterrupt(stderr: Output, failed: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    // The shell and the system both send it, so that the second one is no second request.
    if (controller.signal.aborted && name === 'SIGHUP') return;
    if (controller.signal.aborted) {
      stderr.writeNow('Stopped at once. If this run held a lock, that ends within a minute.\n');
      process.exit(130);
    }
    controller.abort();
    stderr.writeNow('Stopping: what is in hand is finished first. Press Ctrl-C again to stop at once.\n');
  };
  for (const name of ENDING) process.on(name, stop);
  return AbortSignal.any([controller.signal, failed]);
}
