import { describe, expect, it } from 'vitest';
import { dueAt } from './rotation.ts';

const DAY = 86_400;
const MADE = 1_800_000_000;

/** In days after the secret was made. */
function dueAfter(every: number, expiresAfter: number | undefined): number {
  const policy = { every: every * DAY, overlap: 0 };
  const credential = { createdAt: MADE, delivered: undefined };
  const end = expiresAfter === undefined ? {} : { expiresAt: MADE + expiresAfter * DAY };
  return ((dueAt(policy, { ...credential, ...end }) ?? 0) - MADE) / DAY;
}

describe('dueAt', () => {
  it('goes by the policy of the client where the provider sets no end, or a far one', () => {
    expect(dueAfter(90, undefined)).toBe(90);
    expect(dueAfter(90, 5 * 365)).toBe(90);
  });

  it('is a month before the provider stops accepting the secret', () => {
    expect(dueAfter(365, 360)).toBe(330);
  });

  it('is never at birth, however soon the provider ends the secret: Keycloak by default after 29 days', () => {
    expect(dueAfter(90, 29)).toBeCloseTo(29 - 29 / 3, 4);
    expect(dueAfter(30, 1)).toBeCloseTo(2 / 3, 4);
    expect(dueAfter(7, 29)).toBe(7);
  });

  it('is past for a secret that the provider has ended before it was made, as far as anybody knows', () => {
    expect(dueAfter(90, -1)).toBe(-1);
  });
});
