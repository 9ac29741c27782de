import pLimit from 'p-limit';
import type { CheckResult } from '../../../model/check.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { checkClock, checkEncryption } from '../../checks.ts';
import type { Store, StoreEntry } from '../../store.ts';
import type { KvApi } from '../api.ts';
import { nameOfServer } from '../product.ts';
import type { VaultSession } from '../session.ts';
import type { VaultSettings } from '../settings.ts';
import { checkLifetimes } from './check-lifetimes.ts';
import { checkMount } from './check-mount.ts';
import { checkRights, mayAnything, pathsToAsk } from './check-rights.ts';
import { checkToken } from './check-token.ts';
import { placesOf } from './places.ts';
import { askRights, askToken } from './questions.ts';
import { rightsFor } from './rights.ts';

/** What is asked, and by whom. */
export interface Examined {
  readonly settings: VaultSettings;
  readonly session: VaultSession;
  readonly api: Pick<KvApi, 'lookAtMount' | 'readConfig'>;
  readonly store: Pick<Store, 'existing' | 'inspect'>;
  readonly ports: { readonly clock: Pick<Clock, 'now'> };
}

/** Requests in flight at the same time. */
const LOOKS = 8;

/**
 * Asks the server what the login may do (`sys/capabilities-self`), and looks at the mount, the places and the token. Beside what a
 * policy says by paths there is what it says of parameters, which no server tells beforehand.
 */
export async function checkVault(examined: Examined, desired: DesiredState): Promise<readonly CheckResult[]> {
  const { settings, session, api, ports } = examined;
  const rights = rightsFor(settings.kind, placesOf(settings, desired));
  const token = await askToken(settings, session);
  const now = ports.clock.now();
  const held = await askRights(pathsToAsk(rights), settings, session);
  const mount = await api.lookAtMount();
  const limits = mount.kind === 'fine' ? await lookAtLifetimes(examined, desired) : [];
  const server = nameOfServer(settings);
  return [
    checkEncryption(server, settings.address),
    ...(token === undefined ? [] : [checkClock(server, token.now, now)]),
    ...checkToken(settings, token),
    checkMount(mount, mayAnything(rights, held), settings),
    ...checkRights(rights, held, { settings, token }),
    ...limits,
  ];
}

async function lookAtLifetimes(examined: Examined, desired: DesiredState): Promise<readonly CheckResult[]> {
  const paths = desired.clients.map(({ credential }) => credential.path);
  const hasOverlaps = desired.clients.some(({ credential }) => credential.rotate.overlap > 0);
  const [config, places] = [await examined.api.readConfig(), await lookAtPlaces(examined, paths)];
  return checkLifetimes(examined.settings, { config, places, hasOverlaps });
}

/** Those that are there, by their paths in the mount; the server's words where it does not let them be seen. */
async function lookAtPlaces(
  { store, settings: { prefix } }: Examined,
  paths: readonly string[],
): Promise<ReadonlyMap<string, StoreEntry> | string> {
  const limit = pLimit(LOOKS);
  try {
    const there = [...(await store.existing(paths, { includeDeleted: true }))];
    const entries = await Promise.all(there.map((path) => limit(() => store.inspect(path))));
    const placeOf = (index: number): string => [prefix, there[index]].filter((part) => part !== '').join('/');
    return new Map(entries.flatMap((entry, index) => (entry === undefined ? [] : [[placeOf(index), entry]])));
  } catch (error) {
    if (error instanceof GrantryError && error.code === 'NOT_ALLOWED') return error.message;
    throw error;
  }
}
