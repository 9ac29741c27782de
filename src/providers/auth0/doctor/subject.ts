import type { DesiredState } from '../../../model/desired.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import type { ServerCheck } from '../../checks.ts';
import type { Auth0Api } from '../http/api.ts';
import type { Auth0Settings } from '../settings.ts';

/** What is looked at: a tenant, for what the manifests declare. */
export interface Subject {
  readonly settings: Auth0Settings;
  readonly ports: HttpPorts;
  readonly api: Auth0Api;
  readonly desired: DesiredState;
}

export type Auth0Check = ServerCheck<Subject>;
