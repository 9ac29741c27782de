import { describeMoment } from '../../../../model/text/moment.ts';
import { ATTRIBUTE, parseSeconds } from '../../convert/marks.ts';
import type { Attributes } from '../../convert/marks.ts';
import type { PolicyRule } from '../../policies/policy-rules.ts';
import type { Reason } from './reasons.ts';

/** Until when the server accepts the secret from before the last rotation, in Unix seconds; undefined: it accepts none. */
export function previousSecretUntil(attributes: Attributes, now: number): number | undefined {
  const until = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
  return until !== undefined && until > now ? until : undefined;
}

/** The server ends an overlap with the next write to the client, whatever that is, unless a client policy still keeps it. */
export function reasonOfPreviousSecret(
  attributes: Attributes,
  { rules, now }: { readonly rules: readonly PolicyRule[] | undefined; readonly now: number },
): Reason | undefined {
  const until = previousSecretUntil(attributes, now);
  if (until === undefined || rules === undefined || rules.some(({ executor }) => executor === 'secret-rotation')) {
    return undefined;
  }
  const moment = describeMoment(until * 1000);
  return {
    reason: 'previous-secret',
    why: `Its previous secret is accepted until ${moment}, and no client policy keeps it any more: the first write to the client would end that.`,
    todo: `Import it after ${moment}.`,
  };
}
