import { expect, it } from 'vitest';
import { reasonOfPreviousSecret } from './previous-secret.ts';

const NOW = 1_800_000_000;
const rotated = (until: number): Record<string, string> => ({ 'client.secret.rotated.expiration.time': String(until) });

it.each([
  ['is none', {}, undefined],
  ['has ended', rotated(NOW), undefined],
  ['is accepted', rotated(NOW + 60), 'previous-secret'],
])('reasonOfPreviousSecret: a previous secret that %s', (_, attributes, reason) => {
  expect(reasonOfPreviousSecret(attributes, NOW)?.reason).toBe(reason);
});
