import { dayAfter, daysBetween } from '../../model/text/day.ts';
import type { TargetView } from '../resolve/target-view.ts';
import type { Problem } from '../types.ts';
import { problemInView } from './rule.ts';
import type { TargetRule } from './rule.ts';

/** Days ahead of which somebody should know that access ends. */
const SOON = 14;

/** Access that ends soon, or that has ended and is still declared. `today`: as `2027-03-31`, in UTC. */
export function createEndDateRule(today: string): TargetRule {
  return (view) => checkEndDates(view, today);
}

function* checkEndDates(view: TargetView, today: string): Iterable<Problem> {
  for (const client of view.clients) {
    for (const [index, { api, until }] of (client.spec?.access ?? []).entries()) {
      if (until === undefined) continue;
      const left = daysBetween(today, until);
      if (left > SOON) continue;
      const who = `the access of Client "${client.manifest.name}" to Api "${api}"`;
      const path = ['access', index, 'until'];
      yield left < 0
        ? problemInView(view, client, {
            severity: 'warning',
            rule: 'expired-grant',
            message: `${who} ended on ${until}: plans take it away; take it out of the manifest, or give it another end`,
            path,
          })
        : problemInView(view, client, {
            severity: 'warning',
            rule: 'expiring-grant',
            message: `${who} ends on ${until}: from ${dayAfter(until)} on plans take it away`,
            path,
          });
    }
  }
}
