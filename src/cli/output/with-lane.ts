import type { CommandIo } from '../context.ts';
import type { Lane } from './ordered-output.ts';
import type { Reports } from './reports.ts';

/** The outside of a command, for one of several targets: what it writes to standard output is that target's report. */
export function withLane(io: CommandIo, reports: Pick<Reports, 'show'>, lane: Lane): CommandIo {
  const { stdout, stderr, stdin, env, cwd, backends, version } = io;
  return {
    stdout: { ...stdout, write: (report) => lane.write(() => reports.show(report)) },
    stderr: {
      ...stderr,
      write: (text) => lane.write(() => stderr.write(text)),
      // How far things were is nothing to show later.
      status: (text, about) => {
        if (lane.isOpen()) stderr.status(text, about);
      },
      clearStatus: (about) => {
        if (lane.isOpen()) stderr.clearStatus(about);
      },
    },
    stdin: { ...stdin, turn: () => lane.opened() },
    env,
    cwd,
    backends,
    version,
    // Not before a command asks for it: asking is what makes it listen.
    get signal() {
      return io.signal;
    },
  };
}
