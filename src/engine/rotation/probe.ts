import type { AuthMethod } from '../../model/desired.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Denial } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import type { TokenClient, TokenRequest } from '../proof/token-client.ts';

/** A token request that a working credential is good for, whatever the answer is about scopes. */
export interface Probe extends TokenRequest {
  readonly auth: AuthMethod;
  /** How the provider says that it takes the credential, but what was asked for was not granted. */
  readonly denial: Denial;
  /** How it refuses the client, which is disabled, or was when it was read; absent: it is enabled. */
  readonly disabled?: Denial;
}

export interface ProbePorts {
  readonly store: Pick<Store, 'read' | 'locate'>;
  readonly tokens: Pick<TokenClient, 'request'>;
  readonly clock: Clock;
  /** For so long after a change the provider may still go by the previous secrets; milliseconds. */
  readonly patience: number;
}
