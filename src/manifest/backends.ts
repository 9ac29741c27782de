import type * as z from 'zod';
import type { Secret } from '../model/secrets/secret.ts';
import type { BackendSettings, DesiredIssuer } from '../model/target.ts';
import type { TargetView } from './resolve/target-view.ts';
import type { Path, Problem } from './types.ts';

/** A server that the settings of a backend name: rules about https and allowed hosts go by it. */
interface NamedServer {
  /** The key of the settings that it stands at. */
  readonly key: string;
  readonly url: string;
  /** It may be reached by http:// though it is another machine. */
  readonly allowInsecure: boolean;
  /** What is wrong with the URL as it is; undefined: nothing. */
  readonly problem: string | undefined;
}

/** What is wrong with one key of the settings. */
interface SettingProblem {
  readonly rule: string;
  readonly key: string;
  /** Follows the name of the key: `is no path: …`. */
  readonly problem: string;
}

/** How settings as written become those that a backend is opened with. */
export interface ResolveContext<Spec> {
  /** What relative paths are relative to. */
  readonly cwd: string;
  /** The credential at a place of the settings; it knows the variables that it came from. */
  secret(this: void, pick: (spec: Spec) => string | undefined): Secret;
}

/** What the manifest language knows of a backend, be it a provider or a store. `Spec`: the settings as a Target has them. */
export interface BackendInManifest<Spec = unknown, Settings extends BackendSettings = BackendSettings> {
  /** The key under which a Target names it. */
  readonly kind: string;
  /** What messages and documents call it. */
  readonly label: string;
  /** Credentials in it are `credentialSchema`. */
  readonly settings: z.ZodType<Spec>;
  /** Keys of the settings that may hold several lines; everything else is one. */
  readonly multiline?: readonly string[];
  servers(spec: Spec): readonly NamedServer[];
  /** What is wrong that the schema cannot say; `${env:NAME}` is still in it. */
  check?(spec: Spec): Iterable<SettingProblem>;
  /** `${env:NAME}` is replaced. Throws INVALID_INPUT for what cannot be used. */
  resolve(spec: Spec, context: ResolveContext<Spec>): Settings;
}

/** Where the documents of a Target lie. */
export interface StorePlace {
  /** The server or the disk. */
  readonly root: string;
  /** The folder there. */
  readonly folder: string;
  /** The folder that paths of Clients can lead out to, where that is more than `folder`. */
  readonly reach?: string;
  /** The key of the settings by which two Targets get folders of their own. */
  readonly key: string;
}

export interface StoreInManifest<
  Spec = unknown,
  Settings extends BackendSettings = BackendSettings,
> extends BackendInManifest<Spec, Settings> {
  place(spec: Spec): StorePlace;
  /** How output names the place of a path. */
  locate(spec: Spec, path: string): string;
  /** What is wrong with the path of a Client that is fine elsewhere; undefined: nothing. */
  pathProblem?(path: string, spec: Spec): string | undefined;
  /** One text for one document within `root`, where a path can be written in more than one way; default: the path. */
  fullPath?(of: Spec | Settings, path: string): string;
}

/** A map in a Client whose keys are the user's own, where a credential could pass the schema. */
export interface FreeMap {
  /** From the provider's settings in the Client. */
  readonly path: Path;
  /** Whether a key names a credential; `looksSecret` is what goes for any text of one's own. */
  namesCredential(key: string, looksSecret: boolean): boolean;
}

/** What one target gets, as the rules of a kind of provider see it. */
export interface ProviderView<Spec = unknown> extends TargetView {
  /** The provider's settings in the Target; undefined: no Target is declared at all, and every provider may be meant. */
  readonly settings: Spec | undefined;
  /** How output will name a path in the Target's store, as far as that is known without the environment. */
  readonly locate: (path: string) => string;
}

/** `ClientSettings`: the block of a Client that only this kind of provider has. */
export interface ProviderInManifest<
  Spec = unknown,
  Settings extends BackendSettings = BackendSettings,
  ClientSettings = unknown,
> extends BackendInManifest<Spec, Settings> {
  /** In the settings of a Target, `auth` is grantry's own account: a command that does not log in reads nothing of it. */
  readonly settings: z.ZodType<Spec>;
  readonly clientSettings: z.ZodType<ClientSettings>;
  readonly freeMaps: readonly FreeMap[];
  /** The settings of a Client with defaults, sorted. */
  resolveClient(written: ClientSettings | undefined): BackendSettings;
  /** The part of the server that a Target stands for: a realm, a tenant. */
  readonly home: {
    readonly noun: string;
    /** One text for one home, however it is written. */
    name(spec: Spec): string;
  };
  /** The issuers that the settings name, sorted; undefined: they name none. Only of a provider that knows such identities. */
  issuers?(spec: Spec): readonly DesiredIssuer[] | undefined;
  /** The server must be set up for every overlap of a rotation. */
  readonly setsUpOverlaps: boolean;
  /** What this provider would refuse, or cannot represent. */
  checkView(view: ProviderView<Spec>): Iterable<Problem>;
}

/** The backends that manifests may name, in the order in which errors and documents list them. */
export interface Backends {
  readonly providers: readonly ProviderInManifest[];
  readonly stores: readonly StoreInManifest[];
}

/** The one member of a choice in a Target, with the description of its kind. */
export interface Chosen<Backend> {
  readonly backend: Backend;
  readonly spec: unknown;
}

/** What a choice in a Target names; the schema has seen to it that it names one. */
export function chosen<Backend extends { readonly kind: string }>(
  backends: readonly Backend[],
  choice: Readonly<Record<string, unknown>>,
): Chosen<Backend> {
  for (const backend of backends) {
    const spec = choice[backend.kind];
    if (spec !== undefined) return { backend, spec };
  }
  throw new TypeError('a Target names no backend that is registered');
}
