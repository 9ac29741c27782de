// In the process of a test file: runs its tests once as they are, then once for each guard that they came to, without it.
// That takes milliseconds, where a process for each guard would take seconds.
import { appendFileSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { TestRunner } from 'vitest';
import { startTests } from 'vitest/internal/browser';

const folder = process.env.GRANTRY_MUTANTS;
const job = JSON.parse(readFileSync(join(folder, 'job'), 'utf8'));

/** More often than any test comes to a guard: a loop that only the guard would have ended. */
const ENDLESS = 2_000_000;
const TIMEOUT_MS = 30_000;
/** Test files that take more of the processor, or more time with what they start, are asked last. */
const SLOW = { cpuMs: 1000, ms: 6000 };
/** Stands in place of a guard: all tests fail without it. */
const CANARY = 'canary';

/** The guard that is out. */
let out;
let times = 0;
/** Guards that were come to where taking them out makes a difference, each with the tests that did; `undefined` is none of them. */
const reached = new Map();
let current;

function reach(id) {
  const tests = reached.get(id) ?? new Set();
  reached.set(id, tests.add(current));
}

function isOut(id) {
  if (id !== out) return false;
  times += 1;
  if (times > ENDLESS) throw new Error('without this guard it goes on for ever');
  return true;
}

globalThis.grantryGuard = {
  orFalse(id, value) {
    if (value) reach(id);
    return isOut(id) ? false : value;
  },
  orTrue(id, value) {
    if (!value) reach(id);
    return isOut(id) ? true : value;
  },
  stands(id) {
    reach(id);
    return !isOut(id);
  },
};

export default class GuardRunner extends TestRunner {
  #isRepeating = false;
  #failed;
  #cpu;
  /** Names of the tests that are run; undefined: all. */
  #chosen;

  /** Test files too are loaded anew each time: they register their tests as they are loaded. */
  importFile(path, source) {
    const { evaluatedModules } = this.workerState;
    const loaded = evaluatedModules.getModuleById(path);
    if (loaded !== undefined) evaluatedModules.invalidateModule(loaded);
    return super.importFile(path, source);
  }

  onBeforeRunFiles() {
    this.#cpu ??= process.cpuUsage();
  }

  async onBeforeRunTask(test) {
    const isChosen = this.#chosen?.has(nameOf(test)) ?? true;
    if (this.#failed !== undefined || !isChosen) test.mode = 'skip';
    current = nameOf(test);
    return super.onBeforeRunTask(test);
  }

  onBeforeTryTask(test) {
    super.onBeforeTryTask(test);
    if (out === CANARY) throw new Error('every test is to fail');
  }

  onAfterRunTask(test) {
    super.onAfterRunTask(test);
    current = undefined;
    if (this.#isRepeating && test.result?.state === 'fail') this.#failed ??= nameOf(test);
  }

  async onAfterRunFiles(files) {
    super.onAfterRunFiles();
    if (this.#isRepeating) return;
    const [{ filepath, result }] = files;
    const came = new Map(reached);
    const broken = failureIn(files);
    const { user, system } = process.cpuUsage(this.#cpu);
    const isSlow = (user + system) / 1000 > SLOW.cpuMs || (result?.duration ?? 0) > SLOW.ms;
    const mayRepeat = broken === undefined && (job.slow || !isSlow);
    if (mayRepeat) {
      this.#isRepeating = true;
      this.config.testTimeout = TIMEOUT_MS;
      for (const id of job.canary ? [CANARY] : [...came.keys()].filter(isAsked)) {
        if (!isNear(id, filepath) && isMissed(id)) continue;
        const test = await this.#missing(id, filepath, came.get(id));
        if (test !== undefined) note('missed', { id, test, filepath });
      }
    }
    // A test that cannot be repeated would fail for that, and not for a guard.
    const unrepeatable = mayRepeat ? await this.#failureWithout(undefined, filepath) : undefined;
    note('files', { filepath, isSlow, reached: [...came.keys()], broken, unrepeatable });
  }

  /** Runs nothing but the tests that came to the guard, unless they need those before them. */
  async #missing(id, filepath, tests) {
    if (tests === undefined || tests.has(undefined)) return this.#failureWithout(id, filepath);
    const failed = await this.#failureWithout(id, filepath, tests);
    if (failed === undefined || (await this.#failureWithout(undefined, filepath, tests)) === undefined) return failed;
    return this.#failureWithout(id, filepath);
  }

  async #failureWithout(id, filepath, chosen) {
    [out, times, this.#failed, this.#chosen] = [id, 0, undefined, chosen];
    const files = await startTests([filepath], this);
    out = undefined;
    return this.#failed ?? failureIn(files);
  }
}

function isAsked(id) {
  return job.ids === undefined || job.ids.includes(id);
}

/** Of a guard the test beside it is to be named, whichever else misses it. */
function isNear(id, filepath) {
  return dirname(id) === dirname(relative(job.root, filepath));
}

/** By another test file, meanwhile. */
function isMissed(id) {
  return readFileSync(join(folder, 'missed'), 'utf8').includes(JSON.stringify(id));
}

function note(name, value) {
  appendFileSync(join(folder, name), `${JSON.stringify(value)}\n`);
}

function failureIn(tasks) {
  for (const task of tasks) {
    const below = failureIn(task.tasks ?? []);
    if (below !== undefined) return below;
    if (task.result?.state === 'fail') return nameOf(task);
  }
  return undefined;
}

function nameOf(task) {
  if (task.suite !== undefined) return `${nameOf(task.suite)} > ${task.name}`;
  return task.file === task || task.file === undefined ? task.name : `${task.file.name} > ${task.name}`;
}
