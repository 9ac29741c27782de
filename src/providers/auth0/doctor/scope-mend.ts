import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import { byHand } from '../../checks.ts';
import { isPlainId } from '../convert/plain-id.ts';
import { managementAudience } from '../http/token.ts';
import type { Auth0Settings } from '../settings.ts';

const DASHBOARD =
  'Give it that scope: in the dashboard under Applications > APIs > Auth0 Management API > Application Access';

/** How grantry's own application is given a scope. A PATCH replaces the list: so those that it has stand in it too. */
export function giveScope({ domain, auth: { clientId } }: Auth0Settings, scope: string): Mend {
  if (!isPlainId(clientId)) return byHand(`${DASHBOARD}.`);
  const where = [`client_id=${clientId}`, `audience=${managementAudience(domain)}`];
  const query = where.map((each) => `-q ${shellWord(each)}`).join(' ');
  const scopes = shellWord(`{scope: (.scope + [${JSON.stringify(scope)}] | unique)}`);
  return {
    words: `${DASHBOARD}, or with auth0 and jq:`,
    commands: [
      `grant=$(auth0 api get client-grants ${query} | jq -c '.[0]')`,
      `auth0 api patch "client-grants/$(jq -r .id <<< "$grant")" --data "$(jq -c ${scopes} <<< "$grant")"`,
    ],
  };
}
