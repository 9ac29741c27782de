// Few changes among many clients: one that a manifest declares, and drift in one of a hundred. Against a script that reads
// the realm once, which no plan can do without, and sends the writes.
import { rewriteClient, writeEstate } from '../support/estate.mjs';
import { placeOf, sendRequests } from '../support/floor-requests.mjs';
import { timeRow } from '../support/row.mjs';
import { applyAll, idsOf, seed, selectionOf } from '../support/seed.mjs';
import { byTurns } from '../support/timing.mjs';

const CLIENTS = 2_000;
const ROUNDS = 3;

export const changes = {
  name: 'changes',
  about: 'an apply of one change, and of drift in one of a hundred clients',
  needsServers: true,
  async run({ servers, rounds = ROUNDS }) {
    const estate = writeEstate(CLIENTS);
    await seed(estate, servers);
    const ids = await idsOf(estate, servers);
    const some = estate.clients.filter((_, index) => index % 100 === 7);
    const apply = async () => timed(() => applyAll(selectionOf(estate, servers, { purpose: 'change' }), servers));
    const put = (clients, json) => {
      const chains = clients.map(({ name }) => [
        { to: 'keycloak', method: 'PUT', path: `/clients/${ids.get(name)}`, json },
      ]);
      return sendRequests(placeOf(estate), [chains], servers, { reads: true });
    };
    const [one] = estate.clients;
    let edition = 0;
    const declared = await byTurns(rounds, {
      grantry: () => {
        edition += 1;
        rewriteClient(estate, one, { description: `Edition ${edition} of it` });
        return apply();
      },
      floor: () => put([one], { description: `Edition ${edition} of it` }),
    });
    rewriteClient(estate, one, {});
    await apply();
    const drift = await byTurns(rounds, {
      grantry: async () => {
        await put(some, { directAccessGrantsEnabled: true });
        return apply();
      },
      floor: () => put(some, { directAccessGrantsEnabled: false }),
    });
    const where = `${CLIENTS.toLocaleString('en-US')} clients`;
    const floorName = 'one reading and the same writes';
    return [
      timeRow({ name: `apply of one change among ${where}`, floorName, ...declared }),
      timeRow({ name: `apply of drift in 1 % of ${where}`, floorName, ...drift }),
    ];
  },
};

async function timed(work) {
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
}
