import type { ActualObject, OverlapSupport } from '../../../model/state.ts';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';
import { readPolicyList } from './policy-lists.ts';
import { findOverlaps } from '../overlap/rotation.ts';
import type { ServerInfo } from '../versions/server-info.ts';

const FEATURE = 'CLIENT_SECRET_ROTATION';

export interface OverlapState {
  readonly support: OverlapSupport;
  readonly objects: readonly ActualObject[];
}

export interface OverlapQuestion {
  readonly stack: string;
  /** Addresses. */
  readonly wanted: readonly string[];
  /** Ask the server for its features even where nothing is missing. */
  readonly certain: boolean;
}

/** Where it is asked. */
export interface OverlapSource {
  readonly api: KeycloakApi;
  readonly server: ServerInfo;
}

/**
 * How the realm keeps previous secrets after a rotation. What is set up already shows that the server can, so that its long list of
 * features is asked for only where something is missing, or where `certain` knowledge is wanted.
 */
export async function readOverlaps(
  { api, server }: OverlapSource,
  { stack, wanted, certain }: OverlapQuestion,
): Promise<OverlapState> {
  const reading = Promise.all([readPolicyList(api, 'profiles'), readPolicyList(api, 'policies')]);
  const lists = await unlessForbidden(reading);
  // Nobody needs the right to read what is not wanted, or what the server does not have.
  if (lists === undefined && (wanted.length === 0 || (await askFeature(server)) === 'unsupported'))
    return { support: 'unsupported', objects: [] };
  const objects = findOverlaps(...(lists ?? (await reading)), stack);
  const present = new Set<string>(objects.map(({ address }) => address));
  const isSetUp = objects.length > 0 && wanted.every((address) => present.has(address));
  const support = isSetUp && !certain ? 'supported' : await askFeature(server);
  // Without the feature the realm's list cannot even be written back.
  return { support, objects: support === 'unsupported' ? [] : objects };
}

async function askFeature(server: ServerInfo): Promise<OverlapSupport> {
  const facts = await server.read();
  if (facts === undefined) return 'unknown';
  return facts.features.has(FEATURE) ? 'supported' : 'unsupported';
}
