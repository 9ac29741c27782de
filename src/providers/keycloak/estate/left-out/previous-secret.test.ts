import { expect, it } from 'vitest';
import { previousSecretUntil, reasonOfPreviousSecret } from './previous-secret.ts';

const NOW = 1_800_000_000;
const rotated = (until: number): Record<string, string> => ({ 'client.secret.rotated.expiration.time': String(until) });
const rule = (executor: string) => ({ policy: 'ops', executor, attributes: {}, fields: [] });

it.each([
  ['none is accepted', {}, [], undefined],
  ['it has ended', rotated(NOW), [], undefined],
  ['no policy keeps it', rotated(NOW + 60), [], 'previous-secret'],
  ['policies do other things', rotated(NOW + 60), [rule('consent-required')], 'previous-secret'],
  ['a policy keeps it', rotated(NOW + 60), [rule('secret-rotation')], undefined],
  ['policies may not be seen', rotated(NOW + 60), undefined, undefined],
])('reasonOfPreviousSecret: a previous secret where %s', (_, attributes, rules, reason) => {
  expect(reasonOfPreviousSecret(attributes, { rules, now: NOW })?.reason).toBe(reason);
});

it('previousSecretUntil: the moment, while that is still to come', () => {
  expect(previousSecretUntil(rotated(NOW + 1), NOW)).toBe(NOW + 1);
  expect(previousSecretUntil(rotated(NOW), NOW)).toBeUndefined();
});
