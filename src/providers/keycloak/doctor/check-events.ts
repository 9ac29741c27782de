import { shellWord } from '../../../model/text/shell-word.ts';
import { z } from 'zod';
import type { CheckFinding, Purpose } from '../../../model/check.ts';
import { fine } from '../../checks.ts';
import { LOGIN } from '../usage/login-events.ts';
import { lackedRight } from './lacked-right.ts';
import { needsOf } from './needs.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

const DAY = 86_400;

/** What is told to be unused was watched for so long. */
const WATCHED_DAYS = 90;

/** Logins that worked, and those that did not. */
const TYPES = [LOGIN, `${LOGIN}_ERROR`];

const config = z.object({
  eventsEnabled: z.boolean().nullish(),
  eventsExpiration: z.number().nullish(),
  enabledEventTypes: z.array(z.string()).nullish(),
});

/** By use alone ends what `rotate: {endWhen: unused}` keeps: then plans and rotations need it too. */
function purposesOf({ desired }: Subject): readonly Purpose[] {
  return needsOf(desired).endsByUse ? ['plan', 'apply', 'rotate', 'usage'] : ['usage'];
}

export const EVENTS: readonly KeycloakCheck[] = [
  {
    id: 'view-events',
    purposes: ['plan', 'apply', 'rotate', 'usage'],
    purposesOf,
    title: 'the account may see login events',
    look: rightFinding,
  },
  {
    id: 'login-events',
    purposes: ['plan', 'apply', 'rotate', 'usage'],
    purposesOf,
    title: `the realm keeps the logins of clients for ${WATCHED_DAYS} days`,
    look: keptFinding,
  },
];

async function rightFinding(subject: Subject): Promise<CheckFinding> {
  if ((await subject.questions.mayViewEvents()) === 'yes') return fine();
  const why = 'When a client was last used, and whether a key still is, only login events say.';
  return { kind: 'problem', why, ...(await lackedRight(subject, 'view-events')) };
}

async function keptFinding({ api, settings: { realm } }: Subject): Promise<CheckFinding> {
  const { body } = await api.ask('see which events the realm keeps', ({ realms }) => realms.getConfigEvents({ realm }));
  const why = 'What was not kept cannot be told from what did not happen.';
  const { data } = config.safeParse(body);
  if (data === undefined) {
    return { kind: 'unknown', what: 'The account may not see which events the realm keeps (view-events)', why };
  }
  const seconds = data.eventsExpiration ?? 0;
  const missing = TYPES.filter((type) => data.enabledEventTypes?.includes(type) === false);
  const isShort = seconds > 0 && seconds < WATCHED_DAYS * DAY;
  const settings = [
    ...(data.eventsEnabled === true ? [] : ['-s eventsEnabled=true']),
    ...(isShort || data.eventsEnabled !== true ? [`-s eventsExpiration=${WATCHED_DAYS * DAY}`] : []),
    ...missing.map((type) => `-s 'enabledEventTypes+=${type}'`),
  ];
  if (settings.length === 0) return fine();
  const isKept = data.eventsEnabled === true && missing.length === 0;
  return {
    kind: isKept ? 'risk' : 'problem',
    what: isKept
      ? `The realm keeps login events for ${Math.floor(seconds / DAY)} days only`
      : `The realm keeps no login events of clients${data.eventsEnabled === true ? ` (${missing.join(', ')})` : ''}`,
    why,
    mend: {
      words:
        'As an administrator, have them kept. They lie in the database of the server: some hundred bytes for each login.',
      commands: [`kcadm.sh update events/config -r ${shellWord(realm)} ${settings.join(' ')}`],
    },
  };
}
