import { createInterface } from 'node:readline';
import { GrantryError } from '../../model/errors.ts';
import type { CommandIo } from '../context.ts';

/** Asks on the terminal. Throws NOT_CONFIRMED for any answer but yes. */
export async function askForYes(question: string, io: CommandIo): Promise<void> {
  await io.stdin.turn();
  const finish = io.stderr.unfinished(`${question} Only yes is yes: `);
  const answer = await readLine(io).finally(finish);
  // The user ended the line with nothing: what follows would stand behind the question.
  if (answer === undefined) io.stderr.write('\n');
  if (answer?.trim() === 'yes') return;
  throw new GrantryError('NOT_CONFIRMED', 'not confirmed: nothing was changed');
}

/** One line of the terminal; undefined when it ends, or when the user stops the command. */
async function readLine({ stdin, signal }: CommandIo): Promise<string | undefined> {
  const lines = createInterface({ input: stdin.stream, signal });
  try {
    for await (const line of lines) return line;
    return undefined;
  } catch {
    return undefined;
  } finally {
    lines.close();
  }
}
