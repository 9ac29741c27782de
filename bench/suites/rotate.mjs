// Rotations, against a script that reads the realm once, which a rotation of so many cannot do without, and sends the
// requests that a new secret takes: made, written, proven, marked.
import { writeEstate } from '../support/estate.mjs';
import { placeOf, rotationOf, sendRequests } from '../support/floor-requests.mjs';
import { timeRow } from '../support/row.mjs';
import { applyAll, credentialsOf, idsOf, seed, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const CLIENTS = 200;
const ROTATED = 100;
const ROUNDS = 3;

export const rotate = {
  name: 'rotate',
  about: `a rotation of ${ROTATED} of ${CLIENTS} clients`,
  needsServers: true,
  async run({ servers, rounds = ROUNDS }) {
    const estate = writeEstate(CLIENTS);
    await seed(estate, servers);
    const ids = await idsOf(estate, servers);
    const chosen = estate.clients.slice(0, ROTATED);
    const selection = selectionOf(estate, servers, { purpose: 'rotate' });
    const args = ['rotate', ...chosen.map(({ name }) => name), '--force', ...selection];
    const sides = {
      grantry: () => timeNode(['dist/main.js', ...args], { env: credentialsOf(servers) }),
      floor: () => sendRequests(placeOf(estate), [rotationOf(chosen, ids)], servers, { reads: true }),
    };
    const measured = await byTurns(rounds, sides);
    // The bare script leaves secrets behind of which the store knows nothing.
    await applyAll(selection, servers);
    const name = `rotate of ${ROTATED} of ${CLIENTS} clients`;
    return [timeRow({ name, floorName: 'one reading and the requests of new secrets', ...measured })];
  },
};
