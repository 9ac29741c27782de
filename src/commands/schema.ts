import { makeJsonSchema } from '../manifest/schema/json-schema.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';

/** Prints the JSON Schema of manifests. */
export async function run(_options: CommandOptions, io: CommandIo): Promise<number> {
  io.stdout.write(`${JSON.stringify(makeJsonSchema(), undefined, 2)}\n`);
  return 0;
}
