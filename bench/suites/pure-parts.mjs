// What is computed without any server, with very many manifests, against the time in which `yaml` parses them once.
import { join } from 'node:path';
import { checkout } from '../../scripts/process.mjs';
import { writeEstate } from '../support/estate.mjs';
import { peakMemory } from '../support/memory.mjs';
import { countRow, timeRow } from '../support/row.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const CLIENTS = 100_000;
const ROUNDS = 1;
const FLOOR_NAME = 'yaml parses the same files once';
const MEMORY_MIB = 1_500;

export const pureParts = {
  name: 'pure-parts',
  about: `${CLIENTS.toLocaleString('en-US')} manifests from the files to the report`,
  needsServers: false,
  async run({ rounds = ROUNDS }) {
    const { manifests } = writeEstate(CLIENTS);
    const program = await bundle('bench/pure/validate-and-diff.ts');
    const name = `${CLIENTS.toLocaleString('en-US')} manifests validated and diffed`;
    const floor = ['bench/floors/parse-files.mjs', manifests];
    const times = await byTurns(rounds, {
      grantry: () => timeNode([program, manifests]),
      floor: () => timeNode(floor),
    });
    return [
      timeRow({ name, floorName: FLOOR_NAME, factor: 20, ...times }),
      countRow({
        name: `${name}, memory`,
        floorName: FLOOR_NAME,
        unit: 'MiB',
        value: await peakMemory([program, manifests]),
        floor: await peakMemory(floor),
        limit: MEMORY_MIB,
        bound: `${MEMORY_MIB} MiB`,
      }),
    ];
  },
};

async function bundle(input) {
  const file = join(checkout, '.cache/bench/pure.mjs');
  // Only now: bench/main.mjs installs what is missing.
  const { rolldown } = await import('rolldown');
  const build = await rolldown({ input: join(checkout, input), platform: 'node', cwd: checkout });
  await build.write({ file, codeSplitting: false });
  await build.close();
  return file;
}
