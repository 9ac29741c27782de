import type { Run } from './context.ts';
import type { OptionName } from './options.ts';

/** How a command appears on the command line; its module is loaded when it runs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments, as commander writes them. */
  readonly arguments?: string;
  readonly options: readonly OptionName[];
  /** Command lines that its help shows. */
  readonly examples: readonly string[];
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'write a first set of manifests, an age key and a CI workflow',
    options: [],
    examples: [],
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'validate',
    summary: 'check manifests offline, for all targets',
    options: ['manifests', 'targets', 'format'],
    examples: ['grantry validate', 'grantry validate --manifests platform --manifests teams'],
    load: () => import('../commands/validate.ts'),
  },
  {
    name: 'plan',
    summary: 'read a target and print what must change; writes nothing',
    options: [
      'target',
      'manifests',
      'targets',
      'out',
      'detailedExitcode',
      'checkStore',
      'only',
      'changedSince',
      'adopt',
      'format',
    ],
    examples: [
      'grantry plan -t dev',
      "grantry plan -t 'prod-*' --detailed-exitcode",
      'grantry plan -t prod --out plan.json',
    ],
    load: () => import('../commands/plan.ts'),
  },
  {
    name: 'apply',
    summary: 'make a target as the manifests say, deliver secrets, and prove what changed',
    arguments: '[plan]',
    options: [
      'target',
      'manifests',
      'targets',
      'autoApprove',
      'proof',
      'checkStore',
      'adopt',
      'overrideGuard',
      'purgeStore',
      'lockTimeout',
      'breakLock',
      'auditLog',
      'format',
      'parallelism',
    ],
    examples: [
      'grantry apply -t dev',
      'grantry apply -t prod plan.json --auto-approve',
      'grantry apply -t prod --adopt Client/order-service',
    ],
    load: () => import('../commands/apply.ts'),
  },
  {
    name: 'verify',
    summary: 'prove with real tokens what clients can do, from the credentials in the store',
    arguments: '[client...]',
    options: ['target', 'manifests', 'targets', 'format', 'parallelism'],
    examples: ['grantry verify -t prod', 'grantry verify -t prod order-service'],
    load: () => import('../commands/verify.ts'),
  },
  {
    name: 'rotate',
    summary: 'give clients new secrets; the previous ones stay valid for a while, where the server can',
    arguments: '[client...]',
    options: [
      'target',
      'manifests',
      'targets',
      'due',
      'all',
      'max',
      'stagger',
      'force',
      'revokeNow',
      'autoApprove',
      'lockTimeout',
      'breakLock',
      'auditLog',
      'format',
      'parallelism',
    ],
    examples: [
      'grantry rotate -t prod order-service',
      'grantry rotate -t prod --due --max 50',
      'grantry rotate -t prod order-service --revoke-now',
    ],
    load: () => import('../commands/rotate.ts'),
  },
  {
    name: 'status',
    summary: 'show how old each credential is, and when it is rotated next',
    options: ['target', 'manifests', 'targets', 'format'],
    examples: ["grantry status -t 'prod-*'"],
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'demo',
    summary: 'show the whole story on a throw-away Keycloak and Vault, or on an emulated Auth0',
    options: ['provider', 'keep'],
    examples: ['grantry demo --keep', 'grantry demo --provider auth0'],
    load: () => import('../commands/demo.ts'),
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of manifests, for editors',
    options: [],
    examples: ['grantry schema > manifest.schema.json'],
    load: () => import('../commands/schema.ts'),
  },
];
