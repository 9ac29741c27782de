import { z } from 'zod';
import type { ActualObject, OverlapSupport } from '../../../model/state.ts';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';
import { readPolicyList } from './policy-lists.ts';
import { findOverlaps } from '../overlap/rotation.ts';

const FEATURE = 'CLIENT_SECRET_ROTATION';

const serverInfo = z.object({
  features: z.array(z.object({ name: z.string(), enabled: z.boolean().nullish() })).nullish(),
});

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

/**
 * How the realm keeps previous secrets after a rotation. What is set up already shows that the server can, so that its long list of
 * features is asked for only where something is missing, or where `certain` knowledge is wanted.
 */
export async function readOverlaps(
  api: KeycloakApi,
  { stack, wanted, certain }: OverlapQuestion,
): Promise<OverlapState> {
  const reading = Promise.all([readPolicyList(api, 'profiles'), readPolicyList(api, 'policies')]);
  const lists = await unlessForbidden(reading);
  // Nobody needs the right to read what is not wanted, or what the server does not have.
  if (lists === undefined && (wanted.length === 0 || (await askFeature(api)) === 'unsupported'))
    return { support: 'unsupported', objects: [] };
  const objects = findOverlaps(...(lists ?? (await reading)), stack);
  const present = new Set<string>(objects.map(({ address }) => address));
  const isSetUp = objects.length > 0 && wanted.every((address) => present.has(address));
  const support = isSetUp && !certain ? 'supported' : await askFeature(api);
  // Without the feature the realm's list cannot even be written back.
  return { support, objects: support === 'unsupported' ? [] : objects };
}

async function askFeature(api: KeycloakApi): Promise<OverlapSupport> {
  const context = { about: 'list the features of the server', needs: 'query-clients' };
  const answer = await unlessForbidden(api.read(context, (admin) => admin.serverInfo.find()));
  const { data } = serverInfo.safeParse(answer);
  if (data === undefined) return 'unknown';
  const isOn = data.features?.some(({ name, enabled }) => name === FEATURE && enabled === true);
  return isOn === true ? 'supported' : 'unsupported';
}
