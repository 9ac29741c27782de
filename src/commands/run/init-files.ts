/** A file that `init` writes, with its path from the project's root. */
export interface Template {
  readonly path: string;
  readonly text: string;
}

const API = `# An Api is a resource server: its audience in tokens, and its scopes.
apiVersion: grantry/v1
kind: Api
metadata:
  name: inventory
  owner: team-logistics
  description: Stock levels and reservations
spec:
  audience: https://inventory.internal
  tokenLifetime: 5m
  scopes:
    inventory:read: Read stock levels
    inventory:write: Reserve and release stock
`;

const CLIENT = `# A Client is a service or a job that calls Apis.
apiVersion: grantry/v1
kind: Client
metadata:
  name: order-service
  owner: team-checkout
  description: Takes orders; reserves stock
spec:
  access:
    - api: inventory
      scopes: [inventory:read]        # in every token
      onRequest: [inventory:write]    # only in tokens that ask for it by the scope parameter
  credential:
    path: team-checkout/order-service # where the team reads its credentials
`;

const LOCAL = `# A Target is one realm (or tenant), and the store that credentials are delivered to.
# This one is a Keycloak on this machine and encrypted files.
apiVersion: grantry/v1
kind: Target
metadata:
  name: local
spec:
  stack: my-platform                  # the owner name: grantry changes and prunes only what carries it
  provider:
    keycloak:
      url: http://localhost:8080
      realm: my-realm
      auth:
        clientId: grantry
        clientSecret: "\${env:GRANTRY_KEYCLOAK_SECRET}"
  store:
    file:
      path: .grantry/secrets
      identity: "\${env:GRANTRY_AGE_KEY}"
`;

const DEV = `# A Keycloak that a team shares, and HashiCorp Vault. The jobs of GitHub Actions log in to both by their own id tokens:
# no secret is kept anywhere. What must be set up on either side once: docs/ci.md of grantry.
apiVersion: grantry/v1
kind: Target
metadata:
  name: dev
spec:
  stack: my-platform
  provider:
    keycloak:
      url: https://keycloak.dev.example.com
      realm: my-realm
      auth:
        clientId: "\${env:GRANTRY_KEYCLOAK_CLIENT}" # one to plan, another to apply
        github: {} # takes Keycloak 26.6; before, and with Auth0: privateKey
  store:
    vault:
      address: https://vault.dev.example.com
      mount: secret
      prefix: m2m
      auth:
        jwt:
          role: "\${env:GRANTRY_VAULT_ROLE}"
          github: {audience: https://vault.dev.example.com}
  rotate: {every: 90d, overlap: 48h}
  guards:
    maxDeletes: 5
    protect: []
`;

/** Also in README.md, word for word. */
export const WORKFLOW = `# Plans on a pull request, applies on the main branch.
name: grantry

on:
  pull_request:
    paths: ['manifests/**']
  push:
    branches: [main]
    paths: ['manifests/**']

permissions: {}

concurrency: grantry-\${{ github.ref }}

env:
  # Where you keep the source of grantry, and the commit of it that you trust: all 40 digits.
  GRANTRY_REPOSITORY: your-org/grantry
  GRANTRY_COMMIT: '0000000000000000000000000000000000000000'
  # Credentials go to these hosts and no other, whatever a pull request says.
  GRANTRY_ALLOWED_HOSTS: keycloak.dev.example.com,vault.dev.example.com

jobs:
  plan:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    permissions:
      contents: read
      id-token: write # to log in to Keycloak and to Vault
      pull-requests: write # to show the plan there
    env:
      # An account and a role that may only read.
      GRANTRY_KEYCLOAK_CLIENT: grantry-plan
      GRANTRY_VAULT_ROLE: grantry-plan
    steps:
      # Targets come from the base branch: a pull request cannot send credentials elsewhere.
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false, ref: '\${{ github.base_ref }}', path: base }
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
          repository: \${{ env.GRANTRY_REPOSITORY }}
          ref: \${{ env.GRANTRY_COMMIT }}
          path: tool
      # A folder of its own: whatever a pull request brings along lies beside nothing that is trusted.
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false, path: pull-request }
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with: { node-version: 24, package-manager-cache: false }
      - run: npm ci && npm run build && npm link
        working-directory: tool
      - run: grantry validate --targets ../base/manifests/targets # marks the lines in the pull request
        working-directory: pull-request
      - id: plan
        run: grantry plan -t dev --targets ../base/manifests/targets --format markdown > "$RUNNER_TEMP/plan.md"
        working-directory: pull-request
      - run: gh pr comment "$PR" --body-file "$RUNNER_TEMP/plan.md" --edit-last --create-if-none
        if: \${{ !cancelled() && steps.plan.outcome != 'skipped' }} # also a plan with something in its way
        env: { GH_TOKEN: '\${{ github.token }}', GH_REPO: '\${{ github.repository }}', PR: '\${{ github.event.number }}' }

  apply:
    if: github.event_name == 'push'
    runs-on: ubuntu-24.04
    environment: dev # the account of apply is for jobs in it alone: ask for a review there
    permissions:
      contents: read
      id-token: write
    env:
      GRANTRY_KEYCLOAK_CLIENT: grantry-apply
      GRANTRY_VAULT_ROLE: grantry-apply
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false, path: main }
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
          repository: \${{ env.GRANTRY_REPOSITORY }}
          ref: \${{ env.GRANTRY_COMMIT }}
          path: tool
      - uses: actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0
        with: { node-version: 24, package-manager-cache: false }
      - run: npm ci && npm run build && npm link
        working-directory: tool
      - run: grantry plan -t dev --out "$RUNNER_TEMP/plan.json"
        working-directory: main
      - run: grantry apply -t dev "$RUNNER_TEMP/plan.json" --audit-log "$RUNNER_TEMP/audit.jsonl" # this plan, or nothing
        working-directory: main
      - run: grantry verify -t dev # with real tokens, from the credentials in the store
        working-directory: main
`;

/** What `init` writes beside the age key, which is made anew each time. */
export const TEMPLATES: readonly Template[] = [
  { path: 'manifests/apis/inventory.yaml', text: API },
  { path: 'manifests/clients/order-service.yaml', text: CLIENT },
  { path: 'manifests/targets/local.yaml', text: LOCAL },
  { path: 'manifests/targets/dev.yaml', text: DEV },
  { path: '.github/workflows/grantry.yml', text: WORKFLOW },
];
