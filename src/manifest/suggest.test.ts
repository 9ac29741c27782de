import { describe, expect, it } from 'vitest';
import { findNearest } from './suggest.ts';

describe('findNearest', () => {
  it.each([
    ['audince', ['audience', 'scopes'], 'audience'],
    ['client_secret', ['clientId', 'clientSecret'], 'clientSecret'],
    ['inventory:raed', ['inventory:read', 'inventory:write'], 'inventory:read'],
    ['prd', ['dev', 'prod'], 'prod'],
    ['billing', ['inventory', 'orders'], undefined],
    ['x', ['a', 'bc'], undefined],
    ['', [], undefined],
  ])('for %j of %j: %j', (text, candidates, nearest) => {
    expect(findNearest(text, candidates)).toBe(nearest);
  });
});
