// The acts of the demo on an emulated tenant, as the process that demo.ts starts.
import { BrokenOutputs } from '../../src/cli/output/broken-outputs.ts';
import { makeProcessIo } from '../../src/cli/process-io.ts';
import { exitCodeOf, GrantryError } from '../../src/model/errors.ts';
import { collectLeftovers } from '../leftovers.ts';
import { tellStory } from './story.ts';

const broken = new BrokenOutputs();
broken.watch(process.stdout, process.stderr);
const io = makeProcessIo([], '', broken);
const { signal } = io;
const leftovers = collectLeftovers();
try {
  await tellStory(io, leftovers);
} catch (error) {
  process.exitCode = report(signal.aborted ? stopped() : error);
} finally {
  for (const what of leftovers.removeAll()) io.stderr.write(`could not be removed: ${what}\n`);
}

function stopped(): GrantryError {
  return new GrantryError('INTERRUPTED', 'the demo was stopped; what it had made is removed');
}

function report(error: unknown): number {
  if (error instanceof GrantryError) {
    io.stderr.write(`error: ${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
    return exitCodeOf(error.code);
  }
  // The message may quote anything, and so a secret.
  io.stderr.write(
    `error: the demo failed (${error instanceof Error ? error.name : 'Error'})\nThis is a bug: please report it.\n`,
  );
  return 1;
}
