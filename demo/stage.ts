import { runCommandLine } from '../src/cli/command-line/program.ts';
import type { CommandIo, Output } from '../src/cli/context.ts';
import { apply } from '../src/commands/apply.ts';
import { doctor } from '../src/commands/doctor.ts';
import { importCommand } from '../src/commands/import.ts';
import { plan } from '../src/commands/plan.ts';
import { rotate } from '../src/commands/rotate.ts';
import { status } from '../src/commands/status.ts';
import { validate } from '../src/commands/validate.ts';
import { verify } from '../src/commands/verify.ts';
import { GrantryError } from '../src/model/errors.ts';
import type { Style } from '../src/report/index.ts';
import { wrap } from '../src/report/render/width.ts';

/** The commands that a story may run: all but the demo itself. */
const COMMANDS = [validate, importCommand, doctor, plan, apply, verify, rotate, status];

/** Long texts that were shown already are not shown again. */
const LONG = 400;

/** Shows a story on stdout: headlines, sentences, and commands that are really run. */
export class Stage {
  readonly #io: CommandIo;
  readonly #style: Style;
  readonly #shown = new Set<string>();
  #acts = 0;

  /** `io` is that of the commands: their environment and working directory. */
  constructor(io: CommandIo, style: Style) {
    this.#io = io;
    this.#style = style;
  }

  /** Begins an act. Throws the signal's reason when the user wants to stop. */
  act(headline: string, ...sentences: readonly string[]): void {
    this.#io.signal.throwIfAborted();
    this.#acts += 1;
    this.print('', this.#style.bold(`${this.#acts}. ${headline}`));
    for (const sentence of sentences) this.say(sentence);
  }

  /** Words, over as many lines as they need. */
  say(text: string): void {
    this.print(...wrap(text, this.#style.width));
  }

  /** Lines as they are. */
  print(...lines: readonly string[]): void {
    this.#io.stdout.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** Runs a command as a user who types this behind `grantry`. Throws FAILED when it does not end as the story has it. */
  async run(line: string, expected = 0): Promise<void> {
    this.print('', this.#style.cyan(`$ grantry ${line}`));
    const io = { ...this.#io, stdout: this.#onlyOnce(this.#io.stdout), stderr: this.#onlyOnce(this.#io.stderr) };
    const code = await runCommandLine(COMMANDS, line.split(' '), io);
    this.#io.signal.throwIfAborted();
    if (code !== expected) {
      throw new GrantryError('FAILED', `grantry ${line} ended with exit code ${code} instead of ${expected}`, {
        hint: 'This is a bug in grantry or in its demo; please report it with the output above.',
      });
    }
  }

  /** Apply shows the plan that it carries out, which in this story plan has shown before. */
  #onlyOnce(output: Output): Output {
    const write = (text: string): void => {
      const again = text.length > LONG && this.#shown.has(text);
      this.#shown.add(text);
      output.write(again ? `${this.#style.dim('(the plan again, as above)')}\n` : text);
    };
    return { ...output, write };
  }
}
