#!/bin/sh
# Prints a Vault token for a job of GitHub Actions, by the job's own id token: nothing is stored at GitHub.
# The job needs `permissions: id-token: write`. Needs curl and jq, which GitHub's runners have.
#
#   VAULT_ADDR        such as https://vault.example.com
#   VAULT_ROLE        a role of Vault's JWT login
#   VAULT_AUDIENCE    what the role's bound_audiences say; default: VAULT_ADDR
#   VAULT_JWT_MOUNT   default: jwt
#   VAULT_NAMESPACE   optional
#
# Tokens go to curl and jq on standard input: arguments of programs are no place for them.
set -eu
: "${ACTIONS_ID_TOKEN_REQUEST_URL:?is not set: the job needs permissions: id-token: write}"

audience=$(jq -rn --arg audience "${VAULT_AUDIENCE:-$VAULT_ADDR}" '$audience | @uri')
answer=$(
  printf 'header = "Authorization: Bearer %s"\n' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
    curl --silent --show-error --fail --max-time 30 --config - "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$audience"
)
login=$(printf '%s' "$answer" | jq --arg role "$VAULT_ROLE" '{role: $role, jwt: .value}')
answer=$(
  printf '%s' "$login" |
    curl --silent --show-error --fail --max-time 30 --data @- --header "X-Vault-Namespace: ${VAULT_NAMESPACE:-}" \
      "$VAULT_ADDR/v1/auth/${VAULT_JWT_MOUNT:-jwt}/login"
)
printf '%s' "$answer" | jq -er .auth.client_token
