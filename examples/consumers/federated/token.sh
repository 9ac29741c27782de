#!/bin/sh
# Prints an access token for a client that logs in as a workload: there is no credential, and nothing to keep. Needs curl and jq.
#
#   TOKEN_URL             token_url of the document: where tokens are asked for
#   ASSERTION_AUDIENCE    assertion_audience of the document: whom the workload's own token is for
#   SCOPE                 optional: scopes that are only given on request, separated by blanks
#
# The workload's own token comes from the first of these that is there:
#
#   ASSERTION_FILE                      a file, such as a projected token of Kubernetes; read anew each time
#   ASSERTION                           a variable, such as an id token of GitLab
#   ACTIONS_ID_TOKEN_REQUEST_URL        GitHub Actions, where the job has the permission id-token: write
#
# Whoever is logged in here sees the arguments of every program. So no token is in one: curl gets them on its standard input,
# and printf is a part of the shell.
set -eu
newline='
'

own_token() {
  if [ -n "${ASSERTION_FILE:-}" ]; then
    tr -d '\n' <"$ASSERTION_FILE"
  elif [ -n "${ASSERTION:-}" ]; then
    printf '%s' "$ASSERTION"
  elif [ -n "${ACTIONS_ID_TOKEN_REQUEST_URL:-}" ]; then
    # GitHub's token is good for one login: each call asks for another one.
    printf 'header = "Authorization: Bearer %s"\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
      curl --silent --show-error --fail --max-time 10 --config - --get \
        --data-urlencode "audience=$ASSERTION_AUDIENCE" "$ACTIONS_ID_TOKEN_REQUEST_URL" |
      jq -er .value
  else
    echo 'There is no token of the workload: see the head of this script.' >&2
    return 1
  fi
}

assertion=$(own_token)
scope=$(jq -rn --arg scope "${SCOPE:-}" 'if $scope == "" then "" else "&scope=\($scope | @uri)" end')
answer=$(
  printf '%s' "grant_type=client_credentials$scope&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=$assertion" |
    curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' --data @- "$TOKEN_URL"
)
status=${answer##*"$newline"}
body=${answer%"$newline"*}
if [ "$status" = 200 ]; then
  printf '%s' "$body" | jq -r .access_token
  exit
fi
# Its words are of the server's own: they say what is wrong with the workload's token, and hold none of it.
error=$(printf '%s' "$body" | jq -r '[.error, .error_description] | map(select(. != null)) | join(": ")' 2>/dev/null || true)
printf 'The token endpoint answers with status %s %s\n' "$status" "$error" >&2
exit 1
