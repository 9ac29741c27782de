// The first apply of an estate with declared roles into an empty realm, with its proof and without, against a script that
// sends the same writes, and for the proof the same token requests.
import { writeEstate } from '../support/estate.mjs';
import { countTraffic } from '../support/counting-proxy.mjs';
import { creationOf, placeOf, proofOf, sendRequests } from '../support/floor-requests.mjs';
import { timeRow, trafficRows } from '../support/row.mjs';
import { createPlace, credentialsOf, removePlace, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const CLIENTS = 1_000;
const ROUNDS = 2;

export const firstApply = {
  name: 'first-apply',
  about: `the first apply of ${CLIENTS.toLocaleString('en-US')} clients`,
  needsServers: true,
  async run({ servers, rounds = ROUNDS }) {
    const estate = writeEstate(CLIENTS, { roles: true, label: 'bench-apply' });
    const rows = [];
    for (const proof of [false, true]) {
      const grantry = (at) => inEmptyPlace(estate, servers, () => apply(estate, at, proof));
      const floor = (at) => inEmptyPlace(estate, servers, (roleId) => send(estate, at, proof, roleId));
      const name = `first apply, ${CLIENTS.toLocaleString('en-US')} clients, ${proof ? 'with' : 'without'} proof`;
      const floorName = proof ? 'the same writes and token requests' : 'the same writes';
      const sides = { grantry: () => grantry(servers), floor: () => floor(servers) };
      rows.push(timeRow({ name, floorName, factor: 1.5, ...(await byTurns(rounds, sides)) }));
      // Tokens are asked for at the address that the server gives itself, past the proxies that count.
      if (proof) continue;
      const traffic = { grantry: await countTraffic(servers, grantry), floor: await countTraffic(servers, floor) };
      rows.push(...trafficRows({ name, floorName, ...traffic }));
    }
    return rows;
  },
};

/** What is measured is `work` alone. */
async function inEmptyPlace({ name }, servers, work) {
  await removePlace(name, servers);
  const roleId = await createPlace(name, servers);
  try {
    return await work(roleId);
  } finally {
    await removePlace(name, servers);
  }
}

function apply(estate, servers, proof) {
  const args = ['apply', ...selectionOf(estate, servers, { purpose: 'apply' }), '--auto-approve'];
  return timeNode(['dist/main.js', ...args, ...(proof ? [] : ['--no-proof'])], { env: credentialsOf(servers) });
}

function send(estate, servers, proof, roleId) {
  const phases = [...creationOf(estate, roleId), ...(proof ? [proofOf(estate)] : [])];
  return sendRequests(placeOf(estate), phases, servers);
}
