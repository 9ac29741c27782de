import { runDemo } from '../../demo/run-demo.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';

/** Tells the whole story on a throw-away Keycloak and Vault. */
export async function run({ keep }: CommandOptions, io: CommandIo): Promise<number> {
  await runDemo({ keep }, io);
  return 0;
}
