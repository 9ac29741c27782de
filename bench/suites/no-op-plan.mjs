// A plan that finds nothing to do, in a realm full of the stack's clients, against a script that only fetches the pages.
import { startCountingProxy } from '../support/counting-proxy.mjs';
import { writeEstate } from '../support/estate.mjs';
import { countRow, timeRow } from '../support/row.mjs';
import { clearRealmCache, credentialsOf, seed, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const ROUNDS = 5;
const FLOOR_NAME = 'the same pages, only fetched';

export const noOpPlan = {
  name: 'no-op-plan',
  about: 'a plan that finds nothing to do',
  needsServers: true,
  async run({ servers, clients, rounds = ROUNDS }) {
    const estate = writeEstate(clients);
    await seed(estate, servers);
    const plan = () => runPlan(estate, servers, 'plan');
    const floor = () => timeNode(['bench/floors/fetch-pages.mjs'], { env: floorOf(estate, servers) });
    const cold = (measure) => async () => {
      await clearRealmCache(estate, servers);
      return measure();
    };
    const coldTimes = await byTurns(rounds, { grantry: cold(plan), floor: cold(floor) });
    const warmTimes = await byTurns(rounds, { grantry: plan, floor });
    const name = `no-op plan, ${clients} clients`;
    const bounds = { floorName: FLOOR_NAME, factor: 1.3, slackMs: 500 };
    return [
      await countRequests(estate, servers, name),
      timeRow({ name: `${name}, cold cache`, ...bounds, ...coldTimes }),
      timeRow({ name: `${name}, warm cache`, ...bounds, ...warmTimes }),
    ];
  },
};

/** Ends with an error unless the plan finds nothing: exit code 2 tells of changes. */
function runPlan(estate, servers, purpose) {
  const args = ['plan', ...selectionOf(estate, servers, purpose), '--detailed-exitcode'];
  return timeNode(['dist/main.js', ...args], { env: credentialsOf(servers) });
}

function floorOf({ name, folders }, { keycloak, vault }) {
  const places = { realm: name, mount: name, folders: folders.map((folder) => `m2m/${folder}`) };
  return { BENCH_FLOOR: JSON.stringify({ keycloak, vault, ...places }) };
}

/** Counted in runs of their own: the proxies would take time from what is measured. */
async function countRequests(estate, servers, name) {
  const { clients } = estate;
  return countRow({
    name: `${name}, requests`,
    floorName: FLOOR_NAME,
    unit: 'requests',
    value: await throughProxies(servers, (proxied) => runPlan(estate, proxied, 'proxy')),
    floor: await throughProxies(servers, (proxied) =>
      timeNode(['bench/floors/fetch-pages.mjs'], { env: floorOf(estate, proxied) }),
    ),
    bound: 'ceil(clients/50) + 60',
    limit: Math.ceil(clients / 50) + 60,
  });
}

async function throughProxies({ keycloak, vault }, run) {
  const proxies = await Promise.all([startCountingProxy(keycloak.url), startCountingProxy(vault.url)]);
  try {
    await run({ keycloak: { ...keycloak, url: proxies[0].url }, vault: { ...vault, url: proxies[1].url } });
    return proxies.reduce((sum, proxy) => sum + proxy.count(), 0);
  } finally {
    for (const proxy of proxies) proxy.close();
  }
}
