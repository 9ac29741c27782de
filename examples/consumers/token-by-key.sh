#!/bin/sh
# Prints an access token for a credential that is a private key (RS256). Needs curl, jq and openssl.
#
#   CREDENTIAL_FILE   the document as JSON, as Vault Agent renders it; let it lie in memory (/run)
#   SCOPE, AUDIENCE   as for token.sh
#
# The key reaches openssl by a descriptor, and the assertion reaches curl by its standard input: neither is in an argument or a file.
set -eu

document=$(cat "$CREDENTIAL_FILE")
get() { printf '%s' "$document" | jq -r --arg key "$1" '.[$key] // empty'; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

[ "$(get key_alg)" = RS256 ] || { echo "This signs with RS256, and the key is for '$(get key_alg)'." >&2 && exit 1; }

# Good for a minute, and for one request: a server refuses an assertion that it has seen (RFC 7523 section 3).
now=$(date +%s)
header=$(get key_id | jq -cR '{alg: "RS256", typ: "JWT", kid: .}')
claims=$(printf '%s' "$document" | jq -c --argjson now "$now" --arg jti "$(openssl rand -hex 16)" \
  '{iss: .client_id, sub: .client_id, aud: .assertion_audience, iat: $now, exp: ($now + 60), $jti}')
unsigned=$(printf '%s' "$header" | base64url).$(printf '%s' "$claims" | base64url)
signature=$(
  {
    get private_key | {
      exec 3<&0
      printf '%s' "$unsigned" | openssl dgst -sha256 -sign /dev/fd/3 -binary
    }
  } | base64url
)

answer=$(
  {
    printf '"%s.%s"\n' "$unsigned" "$signature"
    printf '%s' "$document"
  } | jq -rn --arg scope "${SCOPE:-}" --arg audience "${AUDIENCE:-}" '
    def form: to_entries | map(select(.value != "") | "\(.key)=\(.value | @uri)") | join("&");
    input as $assertion
    | input as $document
    | {grant_type: "client_credentials", client_id: $document.client_id, scope: $scope, audience: $audience,
       client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: $assertion}
    | "url = \"\($document.token_url)\"", "data = \"\(form)\""' |
    curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' --config -
)
status=$(printf '%s' "$answer" | tail -n 1)
body=$(printf '%s' "$answer" | sed '$d')
if [ "$status" != 200 ]; then
  # Its code only: descriptions of errors quote what was sent.
  error=$(printf '%s' "$body" | jq -r '.error // empty' 2>/dev/null || true)
  printf 'The token endpoint answers with status %s %s\n' "$status" "$error" >&2
  exit 1
fi
printf '%s' "$body" | jq -r .access_token
