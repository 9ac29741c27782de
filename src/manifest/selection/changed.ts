import { isDeepStrictEqual } from 'node:util';
import { substituteEnv } from '../resolve/environment.ts';
import type { Environment } from '../resolve/environment.ts';
import { resolveObjects } from '../resolve/resolve.ts';
import { issuersIn } from '../resolve/resolve-target.ts';
import { targetDefaults } from '../resolve/target-defaults.ts';
import { viewTarget } from '../resolve/view-target.ts';
import type { InTarget } from '../resolve/target-view.ts';
import type { ApiManifest, ClientManifest, TargetManifest } from '../types.ts';
import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredApi, DesiredClient, DesiredState } from '../../model/desired.ts';
import { managedIssuers } from '../../model/issuers.ts';
import { ofKind } from '../../model/values/of-kind.ts';
import { overlapName } from '../../model/rotation.ts';
import type { OldManifests } from './old-manifests.ts';
import { addressesOf } from './only.ts';

/** What of a target is another than it was. */
export interface Changed {
  readonly addresses: readonly Address[];
  /** client_ids of the clients among them that no manifest declares any more. */
  readonly undeclared: readonly string[];
}

/**
 * Compares what the manifests declare for a target with what they declared, default by default, so that comments and
 * layout do not count. With an Api go its callers, for their tokens follow from it; with the Target's own settings all.
 */
export function findChanged(
  now: DesiredState,
  targets: readonly TargetManifest[],
  old: OldManifests,
  env: Environment,
): Changed {
  const named = ({ name }: TargetManifest): boolean => name === now.target.name;
  const target = targets.find(named);
  const before = old.targets === undefined ? target : old.targets.find(named);
  if (before === undefined) return { addresses: addressesOf(now).toSorted(), undeclared: [] };
  const then = readThen(before, old, now);
  const kept = sameSettings(before, target, env) ? keptSince(then, now) : new Set<Address>();
  const changed = new Set(addressesOf(now).filter((address) => !kept.has(address)));
  const callers = now.clients.filter(({ access }) => access.some(({ api }) => changed.has(addressOf('Api', api))));
  const present = new Set(addressesOf(now));
  const removed = [...then.clientIds.keys(), ...then.apiNames, ...issuersThen(before, old, env)].filter(
    (address) => !present.has(address),
  );
  return {
    addresses: [
      ...new Set([...changed, ...callers.map(({ name }) => addressOf('Client', name)), ...removed]),
    ].toSorted(),
    undeclared: removed.flatMap((address) => then.clientIds.get(address) ?? []),
  };
}

/** What the manifests declared for the target. */
interface Then {
  /** Only what was valid. */
  readonly apis: readonly DesiredApi[];
  readonly clients: readonly DesiredClient[];
  readonly overlaps: readonly number[];
  readonly apiNames: readonly Address[];
  /** By address; where the client was not valid its name, which is the default. */
  readonly clientIds: ReadonlyMap<Address, string>;
}

function readThen(target: TargetManifest, old: OldManifests, now: DesiredState): Then {
  const view = viewTarget(target, old);
  const rotate = target.spec === undefined ? now.target.rotate : targetDefaults(target.spec).rotate;
  const valid = resolveObjects(
    { target, apis: view.apis.filter(isWhole), clients: view.clients.filter(isWhole) },
    { rotate, ...(now.target.issuers === undefined ? {} : { issuers: now.target.issuers }) },
    ofKind(old.language.backends.providers, now.target.provider.kind),
  );
  const clientIdOf = new Map(valid.clients.map(({ name, clientId }) => [name, clientId]));
  return {
    ...valid,
    apiNames: view.apis.map(({ manifest: { name } }) => addressOf('Api', name)),
    clientIds: new Map(
      view.clients.map(({ manifest: { name } }) => [addressOf('Client', name), clientIdOf.get(name) ?? name]),
    ),
  };
}

/** The issuers that the stack made then. */
function issuersThen({ spec }: TargetManifest, { language }: OldManifests, env: Environment): Address[] {
  if (spec === undefined) return [];
  const issuers = issuersIn(substituteEnv(spec, env, new Set()), language.backends) ?? [];
  return managedIssuers({ issuers }).map(({ name }) => addressOf('Issuer', name));
}

/** Where a part was refused, what is left is not what was declared. */
function isWhole({ manifest }: InTarget<ApiManifest> | InTarget<ClientManifest>): boolean {
  return manifest.refused.length === 0;
}

/** What is declared as it was, by a Target that is as it was. */
function keptSince(then: Then, now: DesiredState): Set<Address> {
  const before = comparable(then);
  const objects = [...comparable(now)].flatMap(([address, object]) =>
    isDeepStrictEqual(object, before.get(address)) ? [address] : [],
  );
  return new Set([...objects, ...managedIssuers(now.target).map(({ name }) => addressOf('Issuer', name))]);
}

/** Objects without their positions; an Api with the client_id that its tokens carry for introspection. */
function comparable({
  apis,
  clients,
  overlaps,
}: Pick<DesiredState, 'apis' | 'clients' | 'overlaps'>): Map<Address, object> {
  const clientIds = new Map(clients.map(({ name, clientId }) => [name, clientId]));
  return new Map([
    ...apis.map(({ position: _position, ...api }): [Address, object] => [
      addressOf('Api', api.name),
      { ...api, introspector: clientIds.get(api.introspectedBy ?? '') },
    ]),
    ...clients.map(({ position: _position, ...client }): [Address, object] => [
      addressOf('Client', client.name),
      client,
    ]),
    ...overlaps.map((seconds): [Address, object] => [addressOf('Rotation', overlapName(seconds)), {}]),
  ]);
}

/** The settings as they are used: with defaults, and what the environment says now. */
function sameSettings(before: TargetManifest, target: TargetManifest | undefined, env: Environment): boolean {
  if (before.spec === undefined || before.refused.length > 0 || target?.spec === undefined) return false;
  const [left, right] = [before.spec, target.spec].map((spec) =>
    substituteEnv({ ...spec, ...targetDefaults(spec) }, env, new Set()),
  );
  return isDeepStrictEqual(left, right);
}
