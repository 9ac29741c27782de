import type { CheckFinding, Purpose } from '../../../model/check.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { fine } from '../../checks.ts';
import { giveScope } from './scope-mend.ts';
import type { Auth0Check, Subject } from './subject.ts';

/** What of the manifests decides which scopes a run takes. */
interface Needs {
  /** Apis that are made here. */
  readonly apis: boolean;
  /** Clients with a secret. */
  readonly secrets: boolean;
  /** Clients with a key of their own. */
  readonly keys: boolean;
}

/** What it is where the application lacks a scope; undefined where nothing that is declared takes it. */
type Lack = { readonly kind: 'problem' | 'risk'; readonly why: string } | undefined;

interface ScopeNeed {
  readonly scope: string;
  readonly purposes: readonly Purpose[];
  readonly title: string;
  readonly lackOf: (needs: Needs) => Lack;
}

const READERS: readonly Purpose[] = ['plan', 'apply', 'rotate'];
const WRITERS: readonly Purpose[] = ['apply', 'rotate'];
const APPLY: readonly Purpose[] = ['apply'];

function problem(why: string, isNeeded = true): Lack {
  return isNeeded ? { kind: 'problem', why } : undefined;
}

function risk(why: string, isNeeded = true): Lack {
  return isNeeded ? { kind: 'risk', why } : undefined;
}

const DELETES = 'All works as long as nothing is to be deleted; then apply fails in the middle.';

/** docs/auth0.md has them as a table. */
const NEEDS: readonly ScopeNeed[] = [
  need('read:clients', READERS, 'see applications', () => problem('All applications are listed, with their marks.')),
  need('read:client_grants', READERS, 'see who may call what', () =>
    problem('All grants are listed, also of applications outside the stack.'),
  ),
  need('read:resource_servers', READERS, 'see APIs', () => problem('APIs and their scopes are listed.')),
  need('create:clients', APPLY, 'make applications', () => problem('No client can be made.')),
  need('update:clients', WRITERS, 'change applications', () =>
    problem('No client can be changed, nor the mark of what was delivered.'),
  ),
  need('delete:clients', APPLY, 'delete applications', () => risk(DELETES)),
  need('create:client_grants', APPLY, 'grant access', () => problem('No access can be given.')),
  need('update:client_grants', APPLY, 'change what was granted', () => problem('No access can be changed.')),
  need('delete:client_grants', APPLY, 'take access away', () => risk(DELETES)),
  need('create:resource_servers', APPLY, 'make APIs', ({ apis }) => problem('No Api can be made.', apis)),
  need('update:resource_servers', APPLY, 'change APIs', ({ apis }) => problem('No Api can be changed.', apis)),
  need('delete:resource_servers', APPLY, 'delete APIs', ({ apis }) => risk(DELETES, apis)),
  need('read:client_keys', WRITERS, 'see secrets', ({ secrets }) =>
    problem('A secret that Auth0 made cannot be delivered.', secrets),
  ),
  need('update:client_keys', ['rotate'], 'change secrets', ({ secrets }) =>
    problem('No secret can be rotated.', secrets),
  ),
  need('read:client_credentials', WRITERS, 'see public keys', ({ keys }) =>
    problem('Which keys a client has is not seen.', keys),
  ),
  need('create:client_credentials', WRITERS, 'register public keys', ({ keys }) =>
    problem('No key can be registered.', keys),
  ),
  need('update:client_credentials', WRITERS, 'set which keys a client logs in with', ({ keys }) =>
    problem('No client can be given a key.', keys),
  ),
  need('delete:client_credentials', WRITERS, 'delete public keys', ({ keys }) =>
    problem('An application has two keys at most: without it there is no place for a third.', keys),
  ),
  need('read:logs', ['usage'], 'see the log of the tenant', () =>
    problem('When a client was last used only the log says.'),
  ),
];

/** A check for each scope. */
export const SCOPES: readonly Auth0Check[] = NEEDS.map(({ scope, purposes, title, lackOf }) => ({
  id: scope,
  purposes,
  title,
  look: (subject) => lookAt(subject, scope, title, lackOf),
}));

function need(scope: string, purposes: readonly Purpose[], what: string, lackOf: ScopeNeed['lackOf']): ScopeNeed {
  return { scope, purposes, title: `the application may ${what}`, lackOf };
}

/** The tenant itself put into the token what the application may do. */
async function lookAt(
  { api, settings, desired }: Subject,
  scope: string,
  title: string,
  lackOf: ScopeNeed['lackOf'],
): Promise<CheckFinding> {
  // A token without any scope does not say so: but it is one that can be read.
  const { iss, scope: granted = iss === undefined ? undefined : '' } = await api.ownClaims();
  if (granted?.split(' ').includes(scope) === true) return fine();
  const lack = lackOf(needsOf(desired));
  if (lack === undefined) return fine('nothing that is declared takes it');
  const { kind, why } = lack;
  if (granted === undefined) {
    return { kind: 'unknown', what: `Whether ${title} is not known: its token cannot be read`, why };
  }
  const what = `The application ${settings.auth.clientId} lacks the scope ${scope} of the Management API`;
  return { kind, what, why, mend: giveScope(settings, scope) };
}

function needsOf({ apis, clients }: DesiredState): Needs {
  const keyed = clients.filter(({ auth }) => typeof auth === 'object' && 'private_key_jwt' in auth);
  return {
    apis: apis.some(({ managed }) => managed),
    secrets: clients.length > keyed.length,
    keys: keyed.length > 0,
  };
}
