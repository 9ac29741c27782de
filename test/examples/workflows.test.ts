/** The workflows in the docs keep no secret at GitHub and run nobody's newest code. */
import { readFileSync } from 'node:fs';
import { expect, describe, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { checkSources } from '../support/check-sources.ts';
import { readExample, readWorkflow, stepNamed } from '../support/process/workflow.ts';

const DOC = readFileSync(new URL('../../docs/rotation-in-ci.md', import.meta.url), 'utf8');
const CI = readFileSync(new URL('../../.github/workflows/ci.yml', import.meta.url), 'utf8');

function blocksOf(language: string): string[] {
  return [...DOC.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);
}

describe.each(['github-actions/rotate.yml', 'consumers/github-actions.yml'])('%s', (path) => {
  const text = readExample(path);
  const { jobs, permissions } = readWorkflow(path);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it('takes no secret of GitHub', () => {
    expect(text).not.toMatch(/secrets\s*[.[]/);
    expect(text).not.toContain('github.token');
  });

  it('may read the repository and get an id token, and nothing else', () => {
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    }
  });

  it('runs actions by their commit only, with the version beside it, as the own workflows do', () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) {
      expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40}$/);
      expect(text).toMatch(new RegExp(`uses: ${action} # v\\d+\\.\\d+\\.\\d+$`, 'm'));
      const known = new RegExp(`${action.split('@')[0]}@[0-9a-f]{40}`).exec(CI)?.[0];
      expect(known ?? action).toBe(action);
    }
  });

  it('leaves no credential in the checkout, and fails when a part of a pipe does', () => {
    for (const { uses, with: settings, run, shell } of steps) {
      expect(uses?.startsWith('actions/checkout@') === true ? settings?.['persist-credentials'] : false).toBe(false);
      expect(run?.includes(' |\n') === true ? shell : 'bash').toBe('bash');
    }
  });

  it('puts nothing that GitHub fills in into a script', () => {
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });
});

describe('the nightly rotation', () => {
  const workflow = readWorkflow('github-actions/rotate.yml');
  const { rotate } = workflow.jobs;
  const role = z
    .object({
      role_type: z.literal('jwt'),
      user_claim: z.literal('repository'),
      bound_audiences: z.array(z.string()).nonempty(),
      bound_claims: z.record(z.string(), z.string()),
      token_policies: z.array(z.string()),
      token_ttl: z.string(),
    })
    .parse(JSON.parse(readExample('github-actions/vault-role-rotate.json')));

  it('runs once a night, one at a time, and is not cut off by the next', () => {
    expect(workflow.on).toEqual({
      schedule: [{ cron: expect.stringMatching(/^[1-9]\d? \d+ \* \* \*$/) }],
      workflow_dispatch: null,
    });
    expect(workflow.concurrency).toEqual({ group: 'grantry-rotate-prod', 'cancel-in-progress': false });
  });

  it('rotates what is due, and keeps the audit log whatever happens', () => {
    const { run = '' } = stepNamed(workflow, 'Rotate what is due');
    expect(run.replaceAll(/\s*\\\n\s*/g, ' ')).toContain(
      'grantry rotate -t prod --due --stagger --max 50 --lock-timeout 10m --audit-log "$RUNNER_TEMP/audit.jsonl" --format markdown > "$RUNNER_TEMP/rotate.md"',
    );
    const upload = rotate?.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    expect(upload).toMatchObject({
      if: 'always()',
      with: { path: '${{ runner.temp }}/audit.jsonl', 'if-no-files-found': 'ignore' },
    });
  });

  it('has its secret in one step only: in no env, and masked before anything else is printed', () => {
    const text = readExample('github-actions/rotate.yml');
    expect(text).not.toMatch(/GRANTRY_KEYCLOAK_SECRET:|GITHUB_ENV|GITHUB_OUTPUT/);
    const { run = '' } = stepNamed(workflow, 'Rotate what is due');
    expect(text.split('GRANTRY_KEYCLOAK_SECRET').length).toBe(run.split('GRANTRY_KEYCLOAK_SECRET').length);
    const [masked, exported, used] = ['::add-mask::', 'export GRANTRY', 'grantry rotate'].map((part) =>
      run.indexOf(part),
    );
    expect([masked, exported, used]).toEqual([masked, exported, used].toSorted((a = 0, b = 0) => a - b));
    expect(masked).toBeGreaterThan(0);
  });

  it('logs in by a role that is bound to it', () => {
    expect(Object.keys(role.bound_claims).toSorted()).toEqual(['environment', 'ref', 'repository_id', 'workflow_ref']);
    expect(role.bound_claims['environment']).toBe(rotate?.environment);
    expect(role.bound_claims['workflow_ref']).toContain('/.github/workflows/rotate.yml@refs/heads/main');
    expect(role.token_policies).toEqual(['grantry-rotate']);
    expect(role.bound_audiences).toEqual([rotate?.env['VAULT_ADDR']]);
    expect(DOC).toContain(`auth/jwt/role/${rotate?.env['GRANTRY_VAULT_ROLE']}`);
  });

  it('is in the doc as it stands, with a Target that is valid and finds all its variables', () => {
    expect(blocksOf('yaml')).toContain(readExample('github-actions/rotate.yml'));
    expect(blocksOf('json')).toContain(readExample('github-actions/vault-role-rotate.json'));
    const [text = ''] = blocksOf('yaml').filter((block) => block.startsWith('apiVersion: grantry/v1'));
    expect(checkSources([{ name: 'rotation-in-ci.md', text }])).toMatchObject({
      findings: [],
      targets: [{ name: 'prod' }],
    });
    const { run = '' } = stepNamed(workflow, 'Rotate what is due');
    const names = [...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => name);
    for (const name of names) expect(rotate?.env[name] ?? run).toMatch(/./);
    expect(names.filter((name) => rotate?.env[name] === undefined)).toEqual(['GRANTRY_KEYCLOAK_SECRET']);
    // The hosts of the Target, and no other.
    const hosts = [...text.matchAll(/https:\/\/([\w.]+)/g)].map(([, host]) => host);
    expect(workflow.env?.['GRANTRY_ALLOWED_HOSTS']?.split(',')).toEqual([...new Set(hosts)]);
    expect(parse(text)).toMatchObject({ kind: 'Target' });
  });
});
