// A plan that finds nothing to do, in realms full of the stack's clients, against a script that only fetches the pages.
import { writeEstate } from '../support/estate.mjs';
import { placeOf } from '../support/floor-requests.mjs';
import { countTraffic } from '../support/counting-proxy.mjs';
import { peakMemory } from '../support/memory.mjs';
import { countRow, timeRow, trafficRows } from '../support/row.mjs';
import { clearRealmCache, credentialsOf, seed, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const ROUNDS = 5;
const FLOOR_NAME = 'the same pages, only fetched';
/** That of grantry (src/providers/keycloak/http/pages.ts). */
const PAGE_SIZE = 50;
const MEMORY_MIB = 300;
/** What a plan of so many clients may take with a warm server, in milliseconds, on two cores that do nothing else. */
const BOUNDS = [
  { clients: 200, limitMs: 1_000 },
  { clients: 2_000, limitMs: 4_000 },
  { clients: 10_000, limitMs: 12_000 },
];

export const noOpPlan = {
  name: 'no-op-plan',
  about: 'a plan that finds nothing to do',
  needsServers: true,
  async run({ servers, sizes, rounds = ROUNDS }) {
    const rows = [];
    for (const clients of sizes) rows.push(...(await measure(writeEstate(clients), servers, rounds)));
    return rows;
  },
};

async function measure(estate, servers, rounds) {
  await seed(estate, servers);
  const plan = () => timeNode(...planOf(estate, servers, 'plan'));
  const floor = () => timeNode(...floorOf(estate, servers));
  const cold = (run) => async () => {
    await clearRealmCache(estate, servers);
    return run();
  };
  const times = {
    cold: await byTurns(rounds, { grantry: cold(plan), floor: cold(floor) }),
    warm: await byTurns(rounds, { grantry: plan, floor }),
  };
  const count = estate.clients.length;
  const name = `no-op plan, ${count.toLocaleString('en-US')} clients`;
  const limitMs = BOUNDS.find(({ clients }) => clients >= count)?.limitMs;
  return [
    ...(await countRequests(estate, servers, name)),
    timeRow({ name: `${name}, cold cache`, floorName: FLOOR_NAME, ...times.cold }),
    timeRow({ name: `${name}, warm cache`, floorName: FLOOR_NAME, limitMs, ...times.warm }),
    await memoryRow(estate, servers, name),
  ];
}

/** Ends with an error unless the plan finds nothing: exit code 2 means changes. */
function planOf(estate, servers, purpose) {
  const args = ['plan', ...selectionOf(estate, servers, { purpose }), '--detailed-exitcode'];
  return [['dist/main.js', ...args], { env: credentialsOf(servers) }];
}

function floorOf(estate, { keycloak, vault }) {
  const places = [{ ...placeOf(estate), pageSize: PAGE_SIZE }];
  return [['bench/floors/fetch-pages.mjs'], { env: { BENCH_FLOOR: JSON.stringify({ keycloak, vault, places }) } }];
}

/** Scope mappings of 200 client scopes, the roles of a new realm with their holders, and service accounts in pages of 500. */
const OF_ROLES = 320;

/** Counted in runs of their own: the proxies would take time from what is measured. */
async function countRequests(estate, servers, name) {
  const limit = Math.ceil(estate.clients.length / 50) + 60 + Math.max(0, estate.folders.length - 20) + OF_ROLES;
  return trafficRows({
    name,
    floorName: FLOOR_NAME,
    grantry: await countTraffic(servers, (proxied) => timeNode(...planOf(estate, proxied, 'proxy'))),
    floor: await countTraffic(servers, (proxied) => timeNode(...floorOf(estate, proxied))),
    limit,
    bound: 'pages + folders + scopes + 160',
  });
}

async function memoryRow(estate, servers, name) {
  const [args, options] = planOf(estate, servers, 'plan');
  return countRow({
    name: `${name}, memory`,
    floorName: FLOOR_NAME,
    unit: 'MiB',
    value: await peakMemory(args, options),
    floor: await peakMemory(...floorOf(estate, servers)),
    limit: MEMORY_MIB,
    bound: `${MEMORY_MIB} MiB`,
  });
}
