// What is computed without any server, with very many manifests, against the time in which `yaml` parses them once.
import { join } from 'node:path';
import { checkout } from '../../scripts/process.mjs';
import { writeEstate } from '../support/estate.mjs';
import { peakMemory } from '../support/memory.mjs';
import { countRow, median, timeRow } from '../support/row.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const CLIENTS = 100_000;
const ROUNDS = 1;
const FLOOR_NAME = 'yaml parses the same files once';
const MEMORY_MIB = 1_500;
/** A tenth of the clients, and how many times as long all may take. */
const FEWER = 10_000;
const GROWTH = 12;

export const pureParts = {
  name: 'pure-parts',
  about: `${CLIENTS.toLocaleString('en-US')} manifests from the files to the report`,
  needsServers: false,
  async run({ rounds = ROUNDS }) {
    const { manifests } = writeEstate(CLIENTS);
    const popular = writeEstate(CLIENTS, { label: 'one-api', apis: 1 });
    const fewer = writeEstate(FEWER);
    const program = await bundle('bench/pure/validate-and-diff.ts');
    const name = `${CLIENTS.toLocaleString('en-US')} manifests validated and diffed`;
    const floor = ['bench/floors/parse-files.mjs', manifests];
    const { grantry, ...others } = await byTurns(rounds, {
      grantry: () => timeNode([program, manifests]),
      popular: () => timeNode([program, popular.manifests]),
      fewer: () => timeNode([program, fewer.manifests]),
      floor: () => timeNode(floor),
    });
    return [
      timeRow({ name, floorName: FLOOR_NAME, factor: 20, grantry, floor: others.floor }),
      timeRow({
        name: `${name}, one Api for all clients`,
        floorName: 'the same with 40 Apis',
        factor: 1.5,
        grantry: others.popular,
        floor: grantry,
      }),
      growthRow(median(grantry), median(others.fewer)),
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

/** What is not linear shows here. */
function growthRow(more, less) {
  return countRow({
    name: `manifests validated and diffed, growth from ${FEWER.toLocaleString('en-US')} to ${CLIENTS.toLocaleString('en-US')}`,
    floorName: 'ten times as many',
    unit: 'x',
    value: more / less,
    floor: CLIENTS / FEWER,
    limit: GROWTH,
    bound: `${GROWTH}x`,
  });
}

async function bundle(input) {
  const file = join(checkout, '.cache/bench/pure.mjs');
  // Only now: bench/main.mjs installs what is missing.
  const { rolldown } = await import('rolldown');
  const build = await rolldown({ input: join(checkout, input), platform: 'node', cwd: checkout });
  await build.write({ file, codeSplitting: false });
  await build.close();
  return file;
}
