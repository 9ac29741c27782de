import { addressOf } from '../../../model/address.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { issuersInUse } from '../../../model/issuers.ts';
import { nameSome } from '../../../model/text/counting.ts';
import type { ActualState } from '../../../model/state.ts';
import type { KeycloakApi } from '../http/api.ts';
import { describeKeycloak } from '../settings.ts';
import { takesAssertions } from './issuer-fields.ts';
import type { ProviderRow } from './issuer-fields.ts';
import { whyUnusable } from './workload-checks.ts';

const MOST_NAMED = 10;

/** Issuers that clients log in by, that the stack does not make, and that are not there or of no use. */
export function missingIssuers(
  { settings }: Pick<KeycloakApi, 'settings'>,
  rows: readonly ProviderRow[],
  desired: DesiredState,
): ActualState['impossible'] {
  return issuersInUse(desired).flatMap(({ name, alias, url }) => {
    if (url !== undefined) return [];
    const address = addressOf('Issuer', name);
    const row = rows.find((each) => each.alias === alias);
    if (row === undefined) {
      const others = rows.filter(takesAssertions).map((each) => each.alias);
      const known =
        others.length === 0 ? 'It has none that takes tokens of workloads' : `There is ${nameSome(others, MOST_NAMED)}`;
      const reason = `the Target gives no url for it, so it must exist, but ${describeKeycloak(settings)} has no identity provider ${alias}`;
      return [
        { address, reason, hint: `${known}. Correct the alias, or give the issuer a url, so that apply makes it.` },
      ];
    }
    const why = whyUnusable(row);
    if (why === undefined) return [];
    return [
      {
        address,
        reason: `identity provider ${alias} is of no use to clients: ${why}`,
        hint: 'Change that in the realm: this stack does not own it.',
      },
    ];
  });
}
