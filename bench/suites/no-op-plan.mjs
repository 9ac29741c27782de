// A plan that finds nothing to do, in realms full of the stack's clients, against a script that only fetches the pages.
import { writeEstate } from '../support/estate.mjs';
import { placeOf } from '../support/floor-requests.mjs';
import { countTraffic } from '../support/counting-proxy.mjs';
import { peakMemory } from '../support/memory.mjs';
import { countRow, median, timeRow, trafficRows } from '../support/row.mjs';
import { clearRealmCache, credentialsOf, seed, selectionOf } from '../support/seed.mjs';
import { byTurns, timeNode } from '../support/timing.mjs';

const ROUNDS = 5;
const FLOOR_NAME = 'the same pages, only fetched';
/** Those of grantry (src/providers/keycloak/pages.ts), and the best of a warm cache. */
const PAGE_SIZES = { cold: 50, warm: 400 };
const MEMORY_MIB = 300;
/** What five times as many clients may take, in times. */
const GROWTH = { from: 2_000, to: 10_000, factor: 5.5 };

export const noOpPlan = {
  name: 'no-op-plan',
  about: 'a plan that finds nothing to do',
  needsServers: true,
  async run({ servers, sizes, rounds = ROUNDS }) {
    const rows = [];
    const times = new Map();
    for (const clients of sizes) {
      const measured = await measure(writeEstate(clients), servers, rounds);
      rows.push(...measured.rows);
      times.set(clients, measured.times);
    }
    return [...rows, ...growthRows(times)];
  },
};

async function measure(estate, servers, rounds) {
  await seed(estate, servers);
  const plan = () => timeNode(...planOf(estate, servers, 'plan'));
  const floor = (cache) => () => timeNode(...floorOf(estate, servers, cache));
  const cold = (run) => async () => {
    await clearRealmCache(estate, servers);
    return run();
  };
  const times = {
    cold: await byTurns(rounds, { grantry: cold(plan), floor: cold(floor('cold')) }),
    warm: await byTurns(rounds, { grantry: plan, floor: floor('warm') }),
  };
  const count = estate.clients.length;
  const name = `no-op plan, ${count.toLocaleString('en-US')} clients`;
  const bounds = { floorName: FLOOR_NAME, factor: 1.25, slackMs: 500 };
  const rows = [
    ...(await countRequests(estate, servers, name)),
    timeRow({ name: `${name}, cold cache`, ...bounds, ...times.cold }),
    timeRow({ name: `${name}, warm cache`, ...bounds, ...times.warm }),
    await memoryRow(estate, servers, name),
  ];
  return { rows, times };
}

/** Ends with an error unless the plan finds nothing: exit code 2 tells of changes. */
function planOf(estate, servers, purpose) {
  const args = ['plan', ...selectionOf(estate, servers, { purpose }), '--detailed-exitcode'];
  return [['dist/main.js', ...args], { env: credentialsOf(servers) }];
}

function floorOf(estate, { keycloak, vault }, cache) {
  const places = [{ ...placeOf(estate), pageSize: PAGE_SIZES[cache] }];
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
    floor: await countTraffic(servers, (proxied) => timeNode(...floorOf(estate, proxied, 'warm'))),
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
    floor: await peakMemory(...floorOf(estate, servers, 'warm')),
    limit: MEMORY_MIB,
    bound: `${MEMORY_MIB} MiB`,
  });
}

function growthRows(times) {
  const [less, more] = [times.get(GROWTH.from), times.get(GROWTH.to)];
  if (less === undefined || more === undefined) return [];
  const growth = (cache, side) => median(more[cache][side]) / median(less[cache][side]);
  return ['cold', 'warm'].map((cache) =>
    countRow({
      name: `no-op plan, growth from 2,000 to 10,000 clients, ${cache} cache`,
      floorName: FLOOR_NAME,
      unit: 'x',
      value: growth(cache, 'grantry'),
      floor: growth(cache, 'floor'),
      limit: GROWTH.factor,
      bound: `${GROWTH.factor}x`,
    }),
  );
}
