// Takes out guards one by one and tells which the tests do not miss: npm run mutants -- src/plan [src/engine/lock/lock.ts …] [--laws].
// A guard: an `if` that throws, a call of what refuses or asserts, and each part of a condition that asks whose something is.
// Works on a copy of the checkout, so that a run that is ended leaves nothing behind in it.
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { createVitest } from 'vitest/node';
import { checkout, main, say } from './process.mjs';

const REFUSES = /^(refuse|assert|require|ensure|check)[A-Z]/;
const ASKS_WHOSE =
  /\b(isOurs|stack|owner|foreign|mark|adopt\w*|protect\w*|purge\w*|issuer|origin|hosts?|redirect\w*|held|lock\w*)\b/i;

await main(async () => {
  const args = process.argv.slice(2);
  const places = args.filter((arg) => !arg.startsWith('--'));
  if (places.length === 0) throw new Error('name files or folders below src, such as: npm run mutants -- src/plan');
  const copy = mkdtempSync(join(tmpdir(), 'grantry-mutants-'));
  try {
    for (const name of ['src', 'demo', 'test', 'schema', 'manifests', 'examples', 'docs', 'scripts', 'bench']) {
      cpSync(join(checkout, name), join(copy, name), { recursive: true });
    }
    for (const name of readdirSync(checkout).filter((file) => /\.(json|ts|mjs|md)$/.test(file))) {
      cpSync(join(checkout, name), join(copy, name));
    }
    symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'));
    const vitest = await openTests(copy, args.includes('--laws') ? ['unit', 'laws'] : ['unit']);
    const survivors = await tryAll(copy, places.flatMap(filesIn), vitest).finally(() => vitest.close());
    for (const line of survivors) process.stdout.write(`${line}\n`);
    return survivors.length === 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

async function tryAll(copy, files, vitest) {
  const survivors = [];
  let tried = 0;
  for (const file of files) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    for (const { start, end, by } of guardsIn(text)) {
      writeFileSync(path, text.slice(0, start) + by + text.slice(end));
      const isMissed = await someTestFails(vitest, path);
      tried += 1;
      const line = text.slice(0, start).split('\n').length;
      const was = text.slice(start, end).replaceAll(/\s+/g, ' ').slice(0, 90);
      if (!isMissed) survivors.push(`${file}:${line}: ${was} → ${by}`);
      say(`${isMissed ? 'missed  ' : 'SURVIVED'} ${file}:${line} ${was}`);
    }
    writeFileSync(path, text);
    vitest.invalidateFile(path);
  }
  say(`${tried} guards taken out, ${survivors.length} of them not missed by any test`);
  return survivors;
}

function filesIn(place) {
  if (!statSync(join(checkout, place)).isDirectory()) return [place];
  return readdirSync(join(checkout, place), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join(place, file))
    .toSorted();
}

/** Where something is replaced by what, each time the whole of one guard. */
function guardsIn(text) {
  const found = new Map();
  const note = (node, by) => found.set(`${node.start} ${node.end} ${by}`, { start: node.start, end: node.end, by });
  const visit = (node) => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return undefined;
    if (node.type === 'IfStatement' && throws(node.consequent)) note(node.test, 'false');
    if (node.type === 'ExpressionStatement' && REFUSES.test(calledIn(node.expression))) note(node, ';');
    if (node.type === 'LogicalExpression') {
      for (const side of [node.left, node.right]) {
        if (side.type === 'LogicalExpression' || node.operator === '??') continue;
        if (ASKS_WHOSE.test(text.slice(side.start, side.end))) note(side, node.operator === '&&' ? 'true' : 'false');
      }
    }
    if (
      node.type === 'IfStatement' &&
      leaves(node.consequent) &&
      ASKS_WHOSE.test(text.slice(node.test.start, node.test.end))
    ) {
      note(node.test, 'false');
    }
    for (const key of Object.keys(node)) visit(node[key]);
    return undefined;
  };
  visit(parseAst(text, { lang: 'ts' }).body);
  return [...found.values()].toSorted((left, right) => left.start - right.start);
}

function throws(node) {
  return lastOf(node)?.type === 'ThrowStatement';
}

function leaves(node) {
  return ['ThrowStatement', 'ReturnStatement', 'ContinueStatement'].includes(lastOf(node)?.type);
}

function lastOf(node) {
  return node.type === 'BlockStatement' ? node.body.at(-1) : node;
}

function calledIn(expression) {
  const call = expression.type === 'AwaitExpression' ? expression.argument : expression;
  if (call.type !== 'CallExpression') return '';
  return call.callee.name ?? call.callee.property?.name ?? '';
}

/** Vitest on the copy, after all its tests were run once: where some fail anyway, none would miss anything. */
async function openTests(root, project) {
  const options = { root, project, run: true, watch: false, reporters: [{}], bail: 1 };
  const vitest = await createVitest('test', options);
  const { testModules } = await vitest.start();
  const broken = testModules.filter((module) => !module.ok()).map((module) => module.relativeModuleId);
  if (broken.length > 0) throw new Error(`these fail as they are: ${broken.join(', ')}`);
  return vitest;
}

/** Of the tests that load the file. */
async function someTestFails(vitest, path) {
  vitest.invalidateFile(path);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(vitest.getModuleSpecifications(path));
  return unhandledErrors.length > 0 || testModules.some((module) => !module.ok());
}
