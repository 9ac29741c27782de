import { describeMoment } from '../../../../model/text/moment.ts';
import { ATTRIBUTE, parseSeconds } from '../../convert/marks.ts';
import type { Attributes } from '../../convert/marks.ts';
import type { Reason } from './reasons.ts';

/** Until when the server accepts the secret from before the last rotation, in Unix seconds; undefined: it accepts none. */
function previousSecretUntil(attributes: Attributes, now: number): number | undefined {
  const until = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
  return until !== undefined && until > now ? until : undefined;
}

/** The server ends an overlap with the next write to the client, whatever that is, unless a policy is shown to keep it. */
export function reasonOfPreviousSecret(attributes: Attributes, now: number): Reason | undefined {
  const until = previousSecretUntil(attributes, now);
  if (until === undefined) return undefined;
  const moment = describeMoment(until * 1000);
  return {
    reason: 'previous-secret',
    why: `Its previous secret is accepted until ${moment}: a write to the client may end that.`,
    todo: `Import it after ${moment}.`,
  };
}
