import type { DesiredState } from '../../../model/desired.ts';
import type { Ports } from '../../../platform/ports.ts';
import type { ServerCheck } from '../../checks.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { KeycloakSettings } from '../settings.ts';
import type { ServerInfo } from '../versions/server-info.ts';
import type { OwnClient } from './own-client.ts';
import type { Questions } from './questions.ts';

/** What is looked at: a realm, for what the manifests declare. */
export interface Subject {
  readonly settings: KeycloakSettings;
  readonly ports: Ports;
  readonly api: KeycloakApi;
  readonly server: ServerInfo;
  readonly questions: Questions;
  readonly ownClient: OwnClient;
  readonly desired: DesiredState;
}

export type KeycloakCheck = ServerCheck<Subject>;
