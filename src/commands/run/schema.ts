import { backendsOf } from '../../cli/backends.ts';
import { makeJsonSchema } from '../../manifest/schema/json-schema.ts';
import { makeSchemas } from '../../manifest/schema/manifest.ts';
import type { CommandIo } from '../../cli/context.ts';

/** Prints the JSON Schema of manifests. */
export async function runSchema(io: CommandIo): Promise<number> {
  io.stdout.write(`${JSON.stringify(makeJsonSchema(makeSchemas(backendsOf(io))), undefined, 2)}\n`);
  return 0;
}
