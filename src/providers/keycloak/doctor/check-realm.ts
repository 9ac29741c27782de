import { shellWord } from '../../../model/text/shell-word.ts';
import { z } from 'zod';
import { isInsecure } from '../../../manifest/schema/url.ts';
import { PURPOSES } from '../../../model/check.ts';
import type { CheckFinding } from '../../../model/check.ts';
import { certificateEnd } from '../../../platform/certificate.ts';
import { readProxies } from '../../../platform/proxy.ts';
import { byHand, clockFinding, fine } from '../../checks.ts';
import { readEndpoints } from '../endpoints.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

/** Where the realm is, and how it is reached. */
export const REALM: readonly KeycloakCheck[] = [
  { id: 'realm', purposes: PURPOSES, title: 'the realm is there and enabled', look: realmFinding },
  {
    id: 'issuer',
    purposes: ['apply', 'verify'],
    title: 'tokens name the address that grantry connects to',
    look: issuer,
  },
  {
    id: 'clock',
    purposes: ['apply', 'rotate', 'usage'],
    title: 'the clocks agree',
    look: async ({ api, ports }) => clockFinding('Keycloak', api.serverNow, ports.clock.now()),
  },
  {
    id: 'certificate',
    purposes: PURPOSES,
    title: 'the certificate of the server is good for two weeks more',
    look: certificate,
  },
  {
    id: 'encryption',
    purposes: PURPOSES,
    title: 'nobody on the way can read along',
    look: async ({ settings }) => encryption(settings.url),
  },
];

const realmRow = z.object({ enabled: z.boolean().nullish() });

async function realmFinding({ api, settings: { realm, url } }: Subject): Promise<CheckFinding> {
  const { status, body } = await api.ask('see the realm', ({ realms }) => realms.findOne({ realm }));
  if (status === 404) {
    return {
      kind: 'problem',
      what: `Keycloak at ${url} has no realm ${realm}`,
      why: 'All that is declared lies in it.',
      mend: {
        words: 'As an administrator of the server, create it, or correct provider.keycloak.realm in the Target.',
        commands: [`kcadm.sh create realms -s ${shellWord(`realm=${realm}`)} -s enabled=true`],
      },
    };
  }
  if (realmRow.safeParse(body).data?.enabled !== false) return fine();
  return {
    kind: 'problem',
    what: `The realm ${realm} is disabled`,
    why: 'It refuses every login, also those of the proofs.',
    mend: {
      words: 'As an administrator, enable it.',
      commands: [`kcadm.sh update ${shellWord(`realms/${realm}`)} -s enabled=true`],
    },
  };
}

/** What consumers get as `token_url` and `issuer` is what the realm says of itself, whoever asks. */
async function issuer({ settings, ports }: Subject): Promise<CheckFinding> {
  const { issuer: found, token } = await readEndpoints(settings, ports);
  const expected = `${settings.url}/realms/${settings.realm}`;
  if (found === expected && new URL(token).origin === new URL(expected).origin) return fine();
  return {
    kind: 'risk',
    what: `The realm calls itself ${found} with the token endpoint ${token}, and the Target has ${settings.url}`,
    why: 'That is what consumers get in their documents and Apis see in tokens: they must reach it, and it must not follow whoever asks.',
    mend: byHand(
      'Where that is meant, such as inside of a cluster, there is nothing to do. Else set hostname (and proxy-headers behind a proxy) of the server, or provider.keycloak.url.',
    ),
  };
}

const DAY_MS = 86_400_000;

/** Within so many days somebody must act. */
const SOON_DAYS = 14;

async function certificate({ settings: { url }, ports }: Subject): Promise<CheckFinding> {
  if (!url.startsWith('https:')) return fine('it has none');
  const why = 'From then on no request gets through, neither of grantry nor of consumers.';
  // Past a proxy, which requests go through, there may be no way.
  const end = readProxies(ports.env).httpsProxy === '' ? await certificateEnd(url) : undefined;
  if (end === undefined) {
    return { kind: 'unknown', what: `Until when the certificate of ${url} is valid is not seen from here`, why };
  }
  const days = Math.floor((end - ports.clock.now()) / DAY_MS);
  if (days >= SOON_DAYS) return fine(`for ${days} days`);
  return {
    kind: 'risk',
    what: `The certificate of ${url} ends on ${new Date(end).toISOString().slice(0, 10)}`,
    why,
    mend: byHand('Renew it, on the server or on what ends TLS in front of it.'),
  };
}

function encryption(url: string): CheckFinding {
  if (!isInsecure(url)) return fine();
  return {
    kind: 'risk',
    what: `Keycloak is reached without TLS (${url})`,
    why: "Everybody on the way can read secrets, and grantry's own login with them.",
    mend: byHand('Give it a certificate, then name it by https and drop allowInsecure from the Target.'),
  };
}
