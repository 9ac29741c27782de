import { shellWord } from '../../../model/text/shell-word.ts';
import type { CheckFinding } from '../../../model/check.ts';
import { PURPOSES } from '../../../model/check.ts';
import { fine } from '../../checks.ts';
import { idOfClient } from '../http/own-rights.ts';
import type { KeycloakAuth } from '../login/settings.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

const DAY = 86_400;

/** Within so many days somebody must act. */
const SOON_DAYS = 14;

const EXPIRES = 'A client policy of the realm can make it expire. Then nothing works any more.';

export const ACCOUNT: KeycloakCheck = {
  id: 'own-account',
  purposes: PURPOSES,
  title: 'grantry logs in with an account of its own, which stays',
  look: accountFinding,
};

async function accountFinding(subject: Subject): Promise<CheckFinding> {
  const { auth, realm } = subject.settings;
  switch (auth.kind) {
    case 'password':
      return passwordRisk(auth, realm);
    case 'secret':
      return secretFinding(auth, subject);
    case 'key':
    case 'assertion':
    case 'github':
    case 'kubernetes':
      return fine();
    default:
      return auth satisfies never;
  }
}

type Auth<Kind extends KeycloakAuth['kind']> = Extract<KeycloakAuth, { kind: Kind }>;

function passwordRisk({ username, realm: home }: Auth<'password'>, realm: string): CheckFinding {
  return {
    kind: 'risk',
    what: `grantry logs in with the password of the user ${username} of the realm ${home}`,
    why: 'Such an account is often that of an administrator, may do more than grantry needs, and goes when its owner does.',
    mend: {
      words:
        'As an administrator, make a client for it, name it in provider.keycloak.auth of the Target, and run doctor again for the roles that it lacks. Its secret is under Clients > grantry > Credentials.',
      commands: [
        `kcadm.sh create clients -r ${shellWord(realm)} -s clientId=grantry -s publicClient=false -s serviceAccountsEnabled=true -s standardFlowEnabled=false`,
      ],
    },
  };
}

async function secretFinding(
  auth: Auth<'secret'>,
  { ownClient, ports }: Pick<Subject, 'ownClient' | 'ports'>,
): Promise<CheckFinding> {
  const own = await ownClient.read();
  if (own === undefined) {
    const what = `Whether the secret of the client ${auth.clientId} expires is not known: the account may not see that client`;
    return { kind: 'unknown', what, why: EXPIRES };
  }
  const ends = own.attributes?.['client.secret.expiration.time'] ?? 0;
  if (ends === 0) return fine();
  const days = Math.floor((ends - ports.clock.now() / 1000) / DAY);
  if (days > SOON_DAYS) return fine(`its secret is good for ${days} days`);
  return {
    kind: 'risk',
    what: `The secret of the client ${auth.clientId} is refused from ${new Date(ends * 1000).toISOString().slice(0, 10)} on`,
    why: EXPIRES,
    mend: {
      words: `As an administrator, have a new one made, and put it where CI has the old one${auth.clientSecret.origin}.`,
      commands: [
        `kcadm.sh create clients/${idOfClient(auth, auth.clientId)}/client-secret -r ${shellWord(auth.realm)} > /dev/null`,
      ],
    },
  };
}
