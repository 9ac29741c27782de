// A plan of twenty realms at once, against a script that only fetches the same pages of them.
import { writeEstate } from '../support/estate.mjs';
import { timeRow } from '../support/row.mjs';
import { applyAll, createPlace, credentialsOf, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';
import { step } from '../../scripts/process.mjs';

const TARGETS = 20;
const CLIENTS = 200;
const ROUNDS = 5;
const FLOOR_NAME = 'the same pages, only fetched';
/** It knows that the account of all targets is the same, which no Target says. */
const ONE_LOGIN_NAME = 'the same, with one login for all';

export const manyTargets = {
  name: 'many-targets',
  about: `a plan of ${TARGETS} realms that finds nothing to do`,
  needsServers: true,
  async run({ servers, rounds = ROUNDS }) {
    const estate = writeEstate(CLIENTS);
    const numbers = Array.from({ length: TARGETS }, (_, index) => String(index).padStart(2, '0'));
    const places = numbers.map((number) => {
      const realm = `${estate.name}-${number}`;
      return { target: `prod-${number}`, realm, mount: realm, prefix: 'm2m' };
    });
    for (const { realm } of places) await createPlace(realm, servers);
    const selection = selectionOf(estate, servers, { purpose: 'many', places });
    await step(`seed ${TARGETS} realms with ${CLIENTS} clients each`, () => applyAll(selection, servers));
    const folders = estate.folders.map((folder) => `m2m/${folder}`);
    const floor = (options = {}) => {
      const asked = { ...servers, places: places.map(({ realm, mount }) => ({ realm, mount, folders })), ...options };
      return () => timeNode(['bench/floors/fetch-pages.mjs'], { env: { BENCH_FLOOR: JSON.stringify(asked) } });
    };
    const sides = {
      grantry: () =>
        timeNode(['dist/main.js', 'plan', ...selection, '--detailed-exitcode'], { env: credentialsOf(servers) }),
      floor: floor(),
      oneLogin: floor({ oneLogin: true }),
    };
    const name = `no-op plan, ${TARGETS} targets of ${CLIENTS} clients`;
    const times = await byTurns(rounds, sides);
    return [
      timeRow({ name, floorName: FLOOR_NAME, ...times }),
      timeRow({ name, floorName: ONE_LOGIN_NAME, grantry: times.grantry, floor: times.oneLogin }),
    ];
  },
};
