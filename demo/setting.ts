import type { CommandIo } from '../src/cli/context.ts';
import type { Ports } from '../src/platform/ports.ts';
import type { Leftovers } from './leftovers.ts';
import type { Progress } from './progress.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What every part of the demo works with. */
export interface Setting {
  readonly io: CommandIo;
  readonly ports: Ports;
  readonly leftovers: Leftovers;
  /** The working directory, of this run alone. */
  readonly directory: string;
  /** The servers stay when the demo has come to its end. */
  readonly keep: boolean;
}

/** A Setting while servers start. */
export interface StartSetting extends Setting {
  readonly progress: Progress;
}

/** How to reach one server that was started, and how a user may deal with it when it is kept. */
export interface StartedServer {
  readonly url: string;
  /** A shell command that prints a variable of the server's environment, where its credentials are. */
  readonly printVariable: (name: string) => string;
  /** Ends and removes it. */
  readonly stopCommand: string;
}

/** A Keycloak that was started. */
export interface StartedKeycloak extends StartedServer {
  readonly adminPassword: string;
  /** How a shell runs Keycloak's kcadm.sh, which takes the password from KC_CLI_PASSWORD; and what it connects to. */
  readonly kcadm: { readonly command: string; readonly server: string };
}

/** Where the demo's credentials are delivered. */
export type StartedStore =
  | (StartedServer & { readonly kind: 'vault'; readonly rootToken: string; readonly printRootToken: string })
  | { readonly kind: 'file'; readonly identity: string; readonly printIdentity: string };

export interface StartedServers {
  readonly keycloak: StartedKeycloak;
  readonly store: StartedStore;
}
