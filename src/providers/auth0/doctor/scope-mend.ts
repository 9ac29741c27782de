import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import type { Auth0Settings } from '../settings.ts';

/** How grantry's own application is given a scope. A PATCH replaces the list: so those that it has stand in it too. */
export function giveScope({ domain, auth: { clientId } }: Auth0Settings, scope: string): Mend {
  const where = `-q ${shellWord(`client_id=${clientId}`)} -q ${shellWord(`audience=https://${domain}/api/v2/`)}`;
  const scopes = `{scope: (.scope + ["${scope}"] | unique)}`;
  return {
    words: `Give it that scope: in the dashboard under Applications > APIs > Auth0 Management API > Application Access, or with auth0 and jq:`,
    commands: [
      `grant=$(auth0 api get client-grants ${where} | jq -c '.[0]')`,
      `auth0 api patch "client-grants/$(jq -r .id <<< "$grant")" --data "$(jq -c '${scopes}' <<< "$grant")"`,
    ],
  };
}
