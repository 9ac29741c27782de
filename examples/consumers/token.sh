#!/bin/sh
# Prints an access token for the credential that grantry keeps in the store. Needs curl and jq.
#
#   VAULT_ADDR                      such as https://vault.example.com
#   VAULT_TOKEN, VAULT_TOKEN_FILE   a Vault token, or the file that it is in
#   VAULT_NAMESPACE                 optional
#   CREDENTIAL                      such as secret/data/m2m/team-checkout/order-service
#   CREDENTIAL_FILE                 instead of all these: the document as JSON, as Vault Agent renders it
#   CREDENTIAL_FOLDER               or: a file for each key, as a Secret of Kubernetes is mounted
#   SCOPE                           optional: scopes that are only given on request, separated by blanks
#   AUDIENCE                        on Auth0: which of the document's audiences the token is for
#
# Whoever is logged in here sees the arguments of every program. So no secret is in one: curl and jq get them on their
# standard input, and printf is a part of the shell.
set -eu
newline='
'

read_document() {
  if [ -n "${CREDENTIAL_FOLDER:-}" ]; then
    for file in "$CREDENTIAL_FOLDER"/*; do
      jq --raw-input --slurp --arg key "${file##*/}" '{($key): .}' <"$file" || return
    done | jq --slurp add
    return
  fi
  if [ -n "${CREDENTIAL_FILE:-}" ]; then
    cat "$CREDENTIAL_FILE"
    return
  fi
  answer=$(
    {
      printf 'header = "X-Vault-Token: %s"\n' "${VAULT_TOKEN:-$(cat "$VAULT_TOKEN_FILE")}"
      printf 'header = "X-Vault-Namespace: %s"\n' "${VAULT_NAMESPACE:-}"
      printf 'url = "%s/v1/%s"\n' "$VAULT_ADDR" "$CREDENTIAL"
    } | curl --silent --show-error --fail --max-time 10 --config -
  ) || return
  printf '%s' "$answer" | jq .data.data
}

# Whether the document has this key.
has() {
  printf '%s' "$document" | jq --arg key "$1" 'has($key)' 2>/dev/null | grep -q true
}

# The body of the answer, and its status in a line of its own. $1 says which secret of the document is tried.
request_token() {
  printf '%s' "$document" | jq -r --arg key "$1" --arg scope "${SCOPE:-}" --arg audience "${AUDIENCE:-}" '
    def form: to_entries | map(select(.value != "") | "\(.key)=\(.value | @uri)") | join("&");
    {grant_type: "client_credentials", scope: $scope, audience: $audience} as $asked
    | "url = \"\(.token_url)\"",
      if .auth_method == "client_secret_post"
      then "data = \"\($asked + {client_id, client_secret: .[$key]} | form)\""
      else "user = \"\(.client_id | @uri):\(.[$key] | @uri)\"", "data = \"\($asked | form)\""
      end' |
    curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' --config -
}

# Ends the script with a token, or with an error that another secret would not mend.
try() {
  answer=$(request_token "$1")
  status=${answer##*"$newline"}
  body=${answer%"$newline"*}
  case $status in
    200)
      printf '%s' "$body" | jq -r .access_token
      exit
      ;;
    401) ;;
    *)
      # Its code only: descriptions of errors quote what was sent.
      error=$(printf '%s' "$body" | jq -r '.error // empty' 2>/dev/null || true)
      printf 'The token endpoint answers with status %s %s\n' "$status" "$error" >&2
      exit 1
      ;;
  esac
}

# The second time is for a secret that was changed between reading and using it. There is no third: a refusal that stays is
# for people to look at, and whoever runs this in a loop waits in between.
for pause in 0 2; do
  sleep "$pause"
  document=$(read_document)
  has client_secret || { echo 'There is no credential in what was read.' >&2 && exit 1; }
  try client_secret
  if has client_secret_next; then
    try client_secret_next
  fi
done
echo 'The token endpoint refuses the credential (401), also after it was read again.' >&2
exit 1
