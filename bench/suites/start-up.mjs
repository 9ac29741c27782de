// How long grantry takes to begin, against bare scripts that load the same libraries.
import { byTurns, timeNode } from '../support/timing.mjs';
import { timeRow } from '../support/row.mjs';

const ROUNDS = 15;
const GRANTRY = 'dist/main.js';

const COMPARISONS = [
  {
    name: 'grantry --version',
    args: [GRANTRY, '--version'],
    floorName: 'node -e 0',
    floor: ['-e', '0'],
    factor: 1.5,
  },
  {
    name: 'grantry --help',
    args: [GRANTRY, '--help'],
    floorName: 'commander and one line',
    floor: ['bench/floors/print-line.mjs'],
    factor: 2,
  },
  {
    name: 'grantry validate',
    args: [GRANTRY, 'validate', '--manifests', 'manifests'],
    floorName: 'commander, zod, yaml and the same files',
    floor: ['bench/floors/parse-files.mjs', 'manifests'],
    factor: 2,
  },
];

export const startUp = {
  name: 'start-up',
  about: 'grantry --version, --help and validate',
  needsServers: false,
  async run({ rounds = ROUNDS }) {
    const rows = [];
    for (const { args, floor, ...names } of COMPARISONS) {
      const samples = await byTurns(rounds, { grantry: () => timeNode(args), floor: () => timeNode(floor) });
      rows.push(timeRow({ ...names, ...samples }));
    }
    return rows;
  },
};
