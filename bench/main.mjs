// npm run bench [-- NAME...] [--clients N]... [--rounds N]: compares grantry with bare scripts that do only what cannot be
// left out, both in one run. Prints a table of ratios, writes .cache/bench.json, and ends with 1 when a bound is broken.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { ensureDependencies } from '../scripts/dependencies.mjs';
import { checkout, main, say, ScriptError } from '../scripts/process.mjs';
import { describeMachine, renderMachine } from './support/machine.mjs';
import { isKept } from './support/row.mjs';
import { renderTable } from './support/table.mjs';
import { changes } from './suites/changes.mjs';
import { firstApply } from './suites/first-apply.mjs';
import { manyTargets } from './suites/many-targets.mjs';
import { noOpPlan } from './suites/no-op-plan.mjs';
import { pureParts } from './suites/pure-parts.mjs';
import { rotate } from './suites/rotate.mjs';
import { startUp } from './suites/start-up.mjs';
import { verify } from './suites/verify.mjs';

/** Every suite: what is measured together. A new one is a file in suites/ and a line here. */
const SUITES = [startUp, pureParts, noOpPlan, manyTargets, firstApply, changes, verify, rotate];

/** Clients of the realms in which a plan finds nothing to do. */
const SIZES = ['200', '2000', '10000'];

await main(async () => {
  const options = readOptions();
  await ensureDependencies();
  await build();
  const rows = [];
  try {
    await runSuites(options, rows);
  } finally {
    // What was measured before something failed is not lost.
    report(rows);
  }
  return rows.every(isKept) ? 0 : 1;
});

function report(rows) {
  const machine = describeMachine();
  const file = join(checkout, '.cache/bench.json');
  mkdirSync(join(checkout, '.cache'), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ formatVersion: 1, machine, rows }, undefined, 2)}\n`);
  process.stdout.write(`${renderMachine(machine)}${renderTable(rows)}`);
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { clients: { type: 'string', multiple: true, default: SIZES }, rounds: { type: 'string' } },
  });
  const unknown = positionals.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    const known = SUITES.map(({ name }) => name).join(', ');
    throw new ScriptError(`There is no benchmark ${unknown}.`, `There are: ${known}.`);
  }
  return {
    names: positionals,
    sizes: values.clients.map((size) => readCount(size, '--clients')),
    rounds: values.rounds === undefined ? undefined : readCount(values.rounds, '--rounds'),
  };
}

function readCount(text, option) {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ScriptError(`${option} must be a number from 1 to 999999.`);
}

/** Adds the rows of each suite to `rows`. Servers are opened by the first suite that needs some, and shared by all. */
async function runSuites({ names, ...options }, rows) {
  let servers;
  try {
    for (const suite of SUITES) {
      if (names.length > 0 && !names.includes(suite.name)) continue;
      say(`${suite.name}: ${suite.about}`);
      if (suite.needsServers && servers === undefined) {
        const { openServers } = await import('./support/servers.mjs');
        servers = await openServers();
      }
      rows.push(...(await suite.run({ ...options, servers })));
    }
  } finally {
    await servers?.close();
  }
}
