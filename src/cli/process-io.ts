import { isatty } from 'node:tty';
import type { BrokenOutputs } from './output/broken-outputs.ts';
import type { CommandIo, Output, StatusPart } from './context.ts';
import { outputText } from '../model/printable.ts';
import type { OutputText } from '../model/printable.ts';

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

const ORDER: readonly StatusPart[] = ['progress', 'waiting'];

const CLEAR_LINE = '\r\u001b[K';

function makeOutput(
  stream: NodeJS.WriteStream,
  descriptor: 1 | 2,
  args: readonly string[],
  broken: BrokenOutputs,
): Output {
  // One that cannot take a line away again gets what logs get.
  const isTerminal = isatty(descriptor) && process.env['TERM'] !== 'dumb';
  const parts = new Map<StatusPart, string>();
  let isShown = false;
  let unfinished = 0;
  const color = hasColor(isTerminal, args);
  const write = (given: string, what?: OutputText): void => {
    const text = outputText(given, { ...what, color });
    broken.write(stream, isShown ? `${CLEAR_LINE}${text}` : text);
    isShown = false;
  };
  const show = (): void => {
    const line = ORDER.flatMap((about) => parts.get(about) ?? []).join('; ');
    // A line that wraps could not be taken away.
    write(line.slice(0, (stream.columns || 80) - 1));
    isShown = line !== '';
  };
  return {
    write,
    writeCommands: (text) => write(text, { commands: true }),
    writeNow: write,
    unfinished: (text) => {
      write(text);
      unfinished += 1;
      return () => {
        unfinished -= 1;
      };
    },
    status: (text, about = 'progress') => {
      if (unfinished > 0) return;
      if (!isTerminal) return write(`${text}\n`);
      parts.set(about, text);
      show();
    },
    clearStatus: (about) => {
      if (about === undefined) parts.clear();
      else parts.delete(about);
      if (isShown) show();
    },
    brokenBy: () => broken.codeOf(stream),
    isTerminal,
    columns: isTerminal ? stream.columns || undefined : undefined,
    color,
    unicode: hasUnicode(isatty(descriptor)),
  };
}

function hasColor(isTerminal: boolean, args: readonly string[]): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (args.includes('--no-color') || (NO_COLOR ?? '') !== '') {
    return false;
  }
  return (FORCE_COLOR ?? '0') === '0' ? isTerminal : true;
}

/** What the locale says; without one, files and pipes take UTF-8, and a terminal may not. */
function hasUnicode(isTerminal: boolean): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => (value ?? '') !== '');
  return locale === undefined ? !isTerminal || process.platform === 'win32' : /utf-?8/i.test(locale);
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
    // The shell and the system both send it, so that the second one is no second wish.
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
