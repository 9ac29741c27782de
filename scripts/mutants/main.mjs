// Takes out guards one by one, and says which of them no test misses: npm run mutants -- PLACE… [--list FILE [--left]] [--tests PART_OF_PATH,…] [--quick]
// Every guard gets a switch as its file is loaded, so that nothing is written to the checkout. Quick unit tests are asked first;
// slow ones and the laws only what those do not miss, and with --quick not at all. With --left only those guards are tried that
// FILE says no test misses.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createVitest } from 'vitest/node';
import { ScriptError, checkout, main, say } from '../process.mjs';
import { guardsIn } from './guards.mjs';
import { readList, writeList } from './list.mjs';

/** Guards that no test has to miss, with the reason: `file`, the guard's `text`, what it becomes (`out`), and `why`. */
const left = JSON.parse(readFileSync(new URL('left.json', import.meta.url), 'utf8'));

function readArguments(args) {
  const valueOf = (name) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
  const [list, tests] = [valueOf('--list'), valueOf('--tests')];
  const has = (name) => args.includes(name) && args.splice(args.indexOf(name), 1).length > 0;
  const [quick, onlyLeft] = [has('--quick'), has('--left')];
  if (args.length === 0) throw new ScriptError('name files or folders', 'For example: npm run mutants -- src/engine');
  return { places: args, list, tests, quick, onlyLeft };
}

function filesIn(place) {
  if (!existsSync(join(checkout, place))) throw new ScriptError(`there is no ${place}`);
  const files = statSync(join(checkout, place)).isDirectory()
    ? readdirSync(join(checkout, place), { recursive: true }).map((file) => join(place, file))
    : [place];
  const sources = files.filter((file) => /^src\/.*(?<!\.test)\.ts$/.test(file));
  if (sources.length === 0) throw new ScriptError(`${place} holds no source file`, 'Guards are looked for below src.');
  return sources.toSorted((one, other) => (one < other ? -1 : 1));
}

async function tryAll(files, runner, { tests, quick: onlyQuick, list, onlyLeft }) {
  const missedBefore = onlyLeft && list !== undefined ? readList(list) : () => undefined;
  const guards = files.flatMap((file) =>
    guardsIn(readFileSync(join(checkout, file), 'utf8')).map(({ index, line, text, out }) => ({
      id: `${file}#${index}`,
      file,
      line,
      text,
      out,
      before: missedBefore({ file, text, out }),
      why: left.find((known) => isThis(known, { file, text, out }))?.why,
    })),
  );
  const remaining = () =>
    guards.filter(({ id, before }) => (before ?? runner.testMissing(id)) === undefined).map(({ id }) => id);
  const all = await runner.find(tests);
  await runner.checkItself(all);
  const unit = all.filter(({ project }) => project.name === 'unit');
  await runner.run(unit, { ids: remaining() });
  const slow = unit.filter(({ moduleId }) => runner.isSlow(moduleId));
  const rest = [...slow, ...all.filter(({ project }) => project.name !== 'unit')];
  if (!onlyQuick) await runner.run(rest, { ids: remaining(), slow: true });
  return guards.map((guard) => ({
    ...guard,
    killer: guard.before ?? runner.testMissing(guard.id),
    isReached: runner.reached.has(guard.id),
  }));
}

function isThis(known, { file, text, out }) {
  return known.file === file && known.text === text && known.out === out;
}

function report(results, files) {
  const survivors = results.filter(({ killer, why }) => killer === undefined && why === undefined);
  const idle = left.filter(
    (known) => files.includes(known.file) && !results.some((each) => each.killer === undefined && isThis(known, each)),
  );
  for (const { file, line, text, out, isReached } of survivors) {
    process.stdout.write(`${file}:${line}: ${text} → ${out}${isReached ? '' : ' (no test comes to it)'}\n`);
  }
  for (const { file, text } of idle) {
    process.stdout.write(`${file}: ${text}: in left.json, but a test misses it, or it is gone\n`);
  }
  const known = results.filter(({ killer, why }) => killer === undefined && why !== undefined);
  say(`${results.length} guards, ${survivors.length} that no test misses, ${known.length} that none has to`);
  return survivors.length + idle.length === 0 ? 0 : 1;
}

/** Runs test files; what their processes find out is in files of a folder. */
class GuardTests {
  #vitest;
  #folder;
  #slow = new Set();
  /** Ids of guards that tests came to. */
  reached = new Set();

  constructor(vitest, folder) {
    this.#vitest = vitest;
    this.#folder = folder;
  }

  static async open(folder) {
    const config = join(checkout, 'scripts/mutants/vitest.config.mjs');
    writeFileSync(join(folder, 'missed'), '');
    const vitest = await createVitest('test', { root: checkout, config, run: true, watch: false, reporters: [{}] });
    return new GuardTests(vitest, folder);
  }

  close() {
    return this.#vitest.close();
  }

  async find(tests) {
    const found = await this.#vitest.globTestSpecifications(tests === undefined ? [] : tests.split(','));
    if (found.length === 0) throw new ScriptError('no test file was found');
    return found;
  }

  /** Where a failing test would go unseen, every guard would seem to be missed by nobody. */
  async checkItself(specifications) {
    const one = specifications.find(({ project }) => project.name === 'unit') ?? specifications[0];
    await this.run([one], { canary: true, slow: true });
    if (this.testMissing('canary') === undefined) {
      throw new ScriptError('tests that are made to fail pass: nothing that this script finds is true');
    }
  }

  async run(specifications, job) {
    if (specifications.length === 0) return;
    writeFileSync(join(this.#folder, 'job'), JSON.stringify({ ...job, root: checkout }));
    writeFileSync(join(this.#folder, 'files'), '');
    await this.#vitest.runTestSpecifications(specifications);
    const files = linesOf(join(this.#folder, 'files'));
    if (files.length < specifications.length) {
      const seen = new Set(files.map(({ filepath }) => filepath));
      const lost = specifications.filter(({ moduleId }) => !seen.has(moduleId)).map(({ moduleId }) => moduleId);
      throw new ScriptError(`nothing was heard of ${lost.join(', ')}`);
    }
    for (const { filepath, isSlow, reached, broken, unrepeatable } of files) {
      if (broken !== undefined) throw new ScriptError(`with all guards in place this fails: ${broken}`);
      if (unrepeatable !== undefined) this.#forget(filepath, unrepeatable);
      if (isSlow) this.#slow.add(filepath);
      for (const id of reached) this.reached.add(id);
    }
    say(
      `${files.length} test files: ${this.reached.size} guards reached, ${new Set(this.#missed().map(({ id }) => id)).size} missed`,
    );
  }

  isSlow(moduleId) {
    return this.#slow.has(moduleId);
  }

  /** A test that failed without this guard: of its own test file, or beside it, if there is one. */
  testMissing(id) {
    const tests = this.#missed().filter((each) => each.id === id);
    const source = join(checkout, id.replace(/\.ts#.*$/, ''));
    const own = tests.find(({ filepath }) => filepath === `${source}.test.ts`);
    return (own ?? tests.find(({ filepath }) => dirname(filepath) === dirname(source)) ?? tests[0])?.test;
  }

  /** A file whose tests fail when they are run again proves nothing. */
  #forget(filepath, test) {
    say(`nothing is believed of ${filepath}: run again, this fails: ${test}`);
    const lines = this.#missed().filter((each) => each.filepath !== filepath);
    writeFileSync(join(this.#folder, 'missed'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  #missed() {
    return linesOf(join(this.#folder, 'missed'));
  }
}

function linesOf(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

await main(async () => {
  const options = readArguments(process.argv.slice(2));
  const { places, list } = options;
  const files = places.flatMap(filesIn);
  const folder = mkdtempSync(join(tmpdir(), 'grantry-mutants-'));
  process.env.GRANTRY_MUTANTS = folder;
  try {
    const runner = await GuardTests.open(folder);
    const results = await tryAll(files, runner, options).finally(() => runner.close());
    if (list !== undefined) writeList(list, files, results);
    return report(results, files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
