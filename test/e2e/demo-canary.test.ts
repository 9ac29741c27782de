/**
 * The canary: after a whole demo, no client secret that Keycloak or Vault holds, current or previous, is anywhere else.
 * Slow: the demo starts a Keycloak and a Vault of its own.
 */
import { execFile as execFileByCallback, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCli } from '../support/process/cli.ts';
import type { CliResult } from '../support/process/cli.ts';
import { containersIn, openKept } from '../support/process/kept-demo.ts';
import type { KeptDemo } from '../support/process/kept-demo.ts';
import { filesUnder, findLeaks } from '../support/leak-search.ts';
import type { Suspect } from '../support/leak-search.ts';
import { watchProcesses } from '../support/process/process-watch.ts';
import { makeRecordingDocker } from '../support/process/recording-docker.ts';

const execFile = promisify(execFileByCallback);
/** On a busy machine with two cores; a free one needs a minute. */
const LONGEST_MS = 900_000;
/** Elsewhere the calls of docker are the only children, and are recorded. */
const HAS_PROC = process.platform === 'linux';

describe('a whole demo', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'grantry-canary-')));
  const folder = (name: string): string => join(root, name);
  let result: CliResult;
  let demo: KeptDemo;
  let seen: Suspect[];
  let secrets: string[];

  beforeAll(async () => {
    const { PATH = '' } = process.env;
    for (const name of ['work', 'tmp', 'home', 'docker']) mkdirSync(folder(name));
    makeRecordingDocker(folder('docker'), PATH);
    const env = { ...images(), HOME: folder('home'), TMPDIR: folder('tmp'), PATH: `${folder('docker')}:${PATH}` };
    const running = startCli(['demo', '--keep'], { cwd: folder('work'), env, timeoutMs: LONGEST_MS });
    const watch = watchProcesses(running.child.pid ?? 0);
    result = await running.done;
    seen = watch.stop();
    if (result.code !== 0) throw new Error(`the demo failed:\n${result.stdout}\n${result.stderr}`);
    demo = openKept(folder('tmp'));
    secrets = await demo.secrets();
  }, LONGEST_MS);

  afterAll(() => {
    const containers = containersIn(result.stdout);
    if (containers.length > 0) execFileSync('docker', ['rm', '-f', '-v', ...containers], { stdio: 'ignore' });
    rmSync(root, { recursive: true });
  });

  const suspects = (): Suspect[] => [
    { where: 'stdout', text: result.stdout },
    { where: 'stderr', text: result.stderr },
    ...seen,
    ...filesUnder(root),
  ];

  it('leaves secrets to look for: one of each client, and those that somebody replaced', () => {
    // Four clients of the manifests and grantry's own; of order-service those before it was regenerated and rotated, too.
    expect(new Set(secrets).size).toBeGreaterThanOrEqual(7);
    expect(secrets.filter((secret) => secret.length < 20)).toEqual([]);
  });

  it('was looked at while it ran: its own process, the containers it made, its files', () => {
    const places = suspects();
    const sampled = (what: string, part: string): boolean =>
      places.some(({ where, text }) => where.startsWith(what) && text.includes(part));
    expect([sampled('cmdline', '--keep'), sampled('environ', 'TMPDIR=')]).toEqual([HAS_PROC, HAS_PROC]);
    expect(places.filter(({ where }) => where.includes('/docker/calls/')).length).toBeGreaterThan(6);
    expect(places.some(({ where }) => where.endsWith('/target.yaml'))).toBe(true);
    expect(result.stdout).toContain('9. Rotate');
  });

  it('has no secret in its output, in any file, and in no argument or environment of any process', () => {
    expect(findLeaks(secrets, suspects())).toEqual([]);
  });

  it('shows the credentials of its servers nowhere but in environments', () => {
    const others = suspects().filter(({ where }) => !/^environ of|\/docker\/calls\//.test(where));
    expect(demo.credentials.map((value) => value.length)).toEqual([32, 32]);
    expect(findLeaks(demo.credentials, others)).toEqual([]);
  });

  it('leaves plans and proofs without a secret, in every format', async () => {
    // Something must be pending, or a plan says nothing.
    await demo.regenerate('deploy-pipeline');
    const outputs: Suspect[] = [];
    for (const format of ['text', 'json', 'markdown']) {
      for (const words of [['plan', '--check-store', '--out', `plan-${format}.json`], ['verify']]) {
        const args = [...words, '-t', 'dev', '--targets', 'target.yaml', '--format', format, '--verbose'];
        outputs.push({ where: args.join(' '), text: await demo.run(args) });
      }
    }
    expect(outputs[0]?.text).toContain('Client/deploy-pipeline');
    expect(outputs[1]?.text).toContain('Client/deploy-pipeline');
    expect(findLeaks([...secrets, ...(await demo.secrets())], [...outputs, ...filesUnder(root)])).toEqual([]);
  }, 180_000);

  it('leaves rotations and ages without a secret, in every format, though two are valid', async () => {
    const outputs: Suspect[] = [];
    const held: string[] = [];
    for (const format of ['text', 'json', 'markdown']) {
      for (const words of [
        ['rotate', 'order-service', '--force', '--audit-log', '-'],
        ['status'],
        ['rotate', 'inventory-api', '--revoke-now', '--audit-log', 'audit.jsonl'],
        ['plan', '--check-store'],
      ]) {
        const args = [...words, '-t', 'dev', '--targets', 'target.yaml', '--format', format, '--verbose'];
        outputs.push({ where: args.join(' '), text: await demo.run(args) });
      }
      held.push(...(await demo.secrets()));
    }
    expect(outputs[0]?.text).toContain('the previous credential is accepted until');
    expect(outputs[2]?.text).toContain('the previous credential is refused');
    expect(await demo.previousSecrets()).not.toEqual([]);
    expect(findLeaks([...secrets, ...held], [...outputs, ...filesUnder(root)])).toEqual([]);
  }, 180_000);

  it('would be found out: a secret planted in a file, an argument or an environment is found', async () => {
    const [secret = ''] = secrets;
    const basic = Buffer.from(`order-service:${secret}`).toString('base64');
    const file = join(folder('work'), 'planted.log');
    writeFileSync(file, `Authorization: Basic ${basic}\n`);
    const watch = watchProcesses(process.pid);
    await execFile(process.execPath, ['-e', 'setTimeout(() => undefined, 1000)', encodeURIComponent(secret)], {
      env: { TOKEN: Buffer.from(secret).toString('hex') },
    });
    const found = findLeaks([secret], [...watch.stop(), ...filesUnder(folder('work'))]);
    rmSync(file);
    const places = found.map(({ where }) => where.replace(/ of process \d+/, ''));
    expect(places).toEqual(expect.arrayContaining([file, ...(HAS_PROC ? ['cmdline', 'environ'] : [])]));
  });
});

/** The images of this test run; without them the demo takes the official ones. */
function images(): Record<string, string> {
  const { KEYCLOAK_IMAGE = '', VAULT_IMAGE = '' } = process.env;
  return { KEYCLOAK_IMAGE, VAULT_IMAGE };
}
