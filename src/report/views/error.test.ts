import { expect, test } from 'vitest';
import { GrantryError, InvalidManifests } from '../../model/errors.ts';
import { makeStyle, renderError, renderFailure } from '../index.ts';

const style = makeStyle({ color: false, unicode: true });
const markdown = { format: 'markdown', style } as const;

test('an error in Markdown: what, and what to do', () => {
  const error = new GrantryError('UNREACHABLE', 'Vault is away', { hint: ['Wake it:', '  vault status'] });
  expect(renderError(error, markdown)).toBe(
    '### grantry failed\n\n```text\nVault is away\nWake it:\n  vault status\n```\n',
  );
  expect(renderError(error, { ...markdown, target: 'dev' }).split('\n')[0]).toBe('### `dev`: failed');
});

test('an error about manifests lists what is wrong with them', () => {
  const position = { file: 'a.yaml', line: 3, column: 7 };
  const finding = { severity: 'error', rule: 'unknown-key', message: 'unknown key "acess"', position } as const;
  const error = new InvalidManifests('there is an error in the manifests', [finding]);
  expect(renderError(error, markdown)).toMatch(/```\n\n- `a\.yaml:3:7` `unknown key "acess"`\n$/);
  expect(JSON.parse(renderError(error, { format: 'json', style }))).toMatchObject({
    code: 'INVALID_INPUT',
    findings: [{ rule: 'unknown-key', file: 'a.yaml', line: 3, column: 7 }],
  });
});

test('an error that is not ours is not quoted: it may hold anything', () => {
  for (const format of ['text', 'markdown', 'json'] as const) {
    const rendering = renderError(new TypeError('canary'), { format, style });
    expect(rendering).not.toContain('canary');
    expect(rendering).toContain('something went wrong that grantry does not know (TypeError)');
  }
});

test('a failure without a hint leaves no empty line', () => {
  expect(renderFailure(new GrantryError('FAILED', 'it broke'))).toBe('it broke\n');
  expect(renderFailure(new GrantryError('FAILED', 'it broke', { hint: 'mend it' }))).toBe('it broke\nmend it\n');
});
