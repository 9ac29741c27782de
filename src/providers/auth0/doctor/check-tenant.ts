import type { CheckFinding } from '../../../model/check.ts';
import { byHand, clockFinding, fine } from '../../checks.ts';
import { readEndpoints } from '../http/endpoints.ts';
import type { Auth0Check, Subject } from './subject.ts';

export const TENANT: readonly Auth0Check[] = [
  {
    id: 'clock',
    purposes: ['apply', 'rotate', 'usage'],
    title: 'the clocks agree',
    look: async ({ api, ports }) => clockFinding('Auth0', api.serverNow, ports.clock.now()),
  },
  {
    id: 'issuer',
    purposes: ['apply', 'verify'],
    title: 'tokens name the domain of the Target',
    look: issuer,
  },
];

/** A custom domain has an issuer of its own: which one is in a token depends on where it was asked for. */
async function issuer({ api, settings, ports }: Subject): Promise<CheckFinding> {
  const [{ issuer: named }, { iss }] = await Promise.all([readEndpoints(settings, ports), api.ownClaims()]);
  const expected = `https://${settings.domain}/`;
  const other = [named, iss ?? expected].find((each) => each !== expected);
  if (other === undefined) return fine();
  return {
    kind: 'risk',
    what: `Tokens of ${settings.domain} are issued as ${other}`,
    why: 'Apis that check the issuer of tokens go by the one that stands in the documents of their callers.',
    mend: byHand(
      'Put the domain of the tenant itself into provider.auth0.domain (Settings > General), or have Apis trust that issuer.',
    ),
  };
}
