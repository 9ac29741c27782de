import { runDemo } from '../../demo/demo.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';

/** Shows the whole story on servers that are thrown away. */
export function run({ provider, keep }: CommandOptions, io: CommandIo): Promise<number> {
  return runDemo({ provider, keep }, io);
}
