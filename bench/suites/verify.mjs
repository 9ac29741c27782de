// A verify of all clients, against a script that reads the same documents and sends the same token requests.
import { writeEstate } from '../support/estate.mjs';
import { placeOf, proofOf, sendRequests } from '../support/floor-requests.mjs';
import { timeRow } from '../support/row.mjs';
import { credentialsOf, seed, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const CLIENTS = 200;
const ROUNDS = 3;

export const verify = {
  name: 'verify',
  about: `a verify of ${CLIENTS} clients`,
  needsServers: true,
  async run({ servers, rounds = ROUNDS }) {
    const estate = writeEstate(CLIENTS);
    await seed(estate, servers);
    const args = ['verify', ...selectionOf(estate, servers, { purpose: 'verify' })];
    const sides = {
      grantry: () => timeNode(['dist/main.js', ...args], { env: credentialsOf(servers) }),
      floor: () => sendRequests(placeOf(estate), [proofOf(estate)], servers),
    };
    const name = `verify of ${CLIENTS} clients`;
    return [timeRow({ name, floorName: 'the same token requests', ...(await byTurns(rounds, sides)) })];
  },
};
