import type { CommandIo, Output } from '../context.ts';
import type { Reports } from './reports.ts';
import type { Turns } from './turns.ts';

type Speaker = ReturnType<Turns['of']>;

/** The same reports, each in its turn. */
export function keepApart(reports: Reports, speaker: Speaker): Pick<Reports, 'show' | 'fail'> {
  return {
    show: (report) => speaker.say(() => reports.show(report)),
    fail: (target, error) => speaker.say(() => reports.fail(target, error)),
  };
}

/** The outside of a command, for one of several targets. */
export function keepIoApart(io: CommandIo, speaker: Speaker): CommandIo {
  const { stdout, stderr, stdin, env, cwd, version } = io;
  const own: Output = {
    ...stderr,
    write: (text) => speaker.say(() => stderr.write(text)),
    // How far things were is nothing to tell later.
    status: (text, about) => {
      if (speaker.isHeard()) stderr.status(text, about);
    },
    clearStatus: (about) => {
      if (speaker.isHeard()) stderr.clearStatus(about);
    },
  };
  return {
    stdout,
    stderr: own,
    stdin: { ...stdin, turn: () => speaker.turn() },
    env,
    cwd,
    version,
    // Not before a command asks for it: asking is what makes it listen.
    get signal() {
      return io.signal;
    },
  };
}
