import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lifetimeToSay, lifetimesOfApis, ownLifetime, reasonOfLifetime } from './lifetimes.ts';

const reaching = fc.record({
  lifetime: fc.constantFrom(undefined, 60, 300, 3600),
  audiences: fc.subarray(['a', 'b', 'c']),
});

describe('lifetimesOfApis', () => {
  it('gives every client the lifetime that it has, and none that is longer than those of its Apis', () => {
    fc.assert(
      fc.property(fc.array(reaching), (clients) => {
        const ofApis = lifetimesOfApis(clients);
        for (const client of clients) {
          const said = lifetimeToSay(client, ofApis);
          const ofItsApis = client.audiences.flatMap((audience) => ofApis.get(audience) ?? []);
          const resolved = said ?? (ofItsApis.length === 0 ? undefined : Math.min(...ofItsApis));
          expect(resolved).toBe(client.lifetime);
          expect(ofItsApis.filter((most) => said !== undefined && said > most)).toEqual([]);
        }
      }),
    );
  });

  it('is said by the Api where all its clients agree', () => {
    const clients = [
      { lifetime: 300, audiences: ['a'] },
      { lifetime: 300, audiences: ['a', 'b'] },
    ];
    expect(lifetimesOfApis(clients)).toEqual(
      new Map([
        ['a', 300],
        ['b', 300],
      ]),
    );
    expect(clients.map((client) => lifetimeToSay(client, lifetimesOfApis(clients)))).toEqual([undefined, undefined]);
  });
});

it.each([
  [{}, undefined, undefined],
  [{ 'access.token.lifespan': '' }, undefined, undefined],
  [{ 'access.token.lifespan': '300' }, 300, undefined],
  [{ 'access.token.lifespan': '-1' }, undefined, 'token-lifetime'],
  [{ 'access.token.lifespan': '0' }, undefined, 'token-lifetime'],
  [{ 'access.token.lifespan': '2147483648' }, undefined, 'token-lifetime'],
  [{ 'access.token.lifespan': 'long' }, undefined, 'token-lifetime'],
])('of a client with %j: %s, and %s is why none can be said', (attributes: Record<string, string>, seconds, reason) => {
  expect(ownLifetime(attributes)).toBe(seconds);
  expect(reasonOfLifetime(attributes)?.reason).toBe(reason);
});
