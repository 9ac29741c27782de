import { isatty } from 'node:tty';
import { outputText } from '../../model/text/printable.ts';
import type { Output } from '../context.ts';
import type { BrokenOutputs } from './broken-outputs.ts';
import { StatusLine } from './status-line.ts';

/** Standard output or standard error of this process; `args` as given, since colour is decided before they are parsed. */
export function makeOutput(
  stream: NodeJS.WriteStream,
  descriptor: 1 | 2,
  args: readonly string[],
  broken: BrokenOutputs,
): Output {
  // One that cannot take a line away again gets what logs get.
  const isTerminal = isatty(descriptor) && process.env['TERM'] !== 'dumb';
  const color = hasColor(isTerminal, args);
  const write = (text: string, commands = false): void => {
    broken.write(stream, line.takeAway() + outputText(text, { commands, color }));
  };
  const line = new StatusLine(write);
  const columns = (): number => stream.columns || 80;
  let unfinished = 0;
  return {
    write: (text) => write(text),
    writeCommands: (text) => write(text, true),
    writeNow: (text) => write(text),
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
      line.set(about, text, columns());
    },
    clearStatus: (about) => line.clear(about, columns()),
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

/** By the locale; without one, files and pipes take UTF-8, and a terminal may not. */
function hasUnicode(isTerminal: boolean): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => (value ?? '') !== '');
  return locale === undefined ? !isTerminal || process.platform === 'win32' : /utf-?8/i.test(locale);
}
