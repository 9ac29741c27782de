import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { ActualObject, OverlapSupport } from '../../model/state.ts';
import type { KeycloakApi } from './api.ts';
import { parseList } from './parse-list.ts';
import { findOverlaps, namedList } from './rotation.ts';
import type { Named } from './rotation.ts';

const FEATURE = 'CLIENT_SECRET_ROTATION';

const serverInfo = z.object({
  features: z.array(z.object({ name: z.string(), enabled: z.boolean().nullish() })).nullish(),
});

/** `GET client-policies/profiles` and `GET client-policies/policies`. */
const policyLists = z.object({ profiles: z.unknown(), policies: z.unknown() }).partial();

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

/** The two lists of a realm. */
export type PolicyKind = 'profiles' | 'policies';

/**
 * How the realm keeps previous secrets after a rotation. What is set up already tells that the server can, so that its long list of
 * features is asked for only where something is missing, or where `certain` knowledge is wanted.
 */
export async function readOverlaps(
  api: KeycloakApi,
  { stack, wanted, certain }: OverlapQuestion,
): Promise<OverlapState> {
  const lists = await Promise.all([readList(api, 'profiles'), readList(api, 'policies')]).catch(ifNotAllowed);
  if (lists instanceof GrantryError) {
    // Nobody needs the right to read what is not wanted, or what the server does not have.
    if (wanted.length === 0 || (await askFeature(api)) === 'unsupported')
      return { support: 'unsupported', objects: [] };
    throw lists;
  }
  const objects = findOverlaps(...lists, stack);
  const present = new Set<string>(objects.map(({ address }) => address));
  const isSetUp = objects.length > 0 && wanted.every((address) => present.has(address));
  const support = isSetUp && !certain ? 'supported' : await askFeature(api);
  // Without the feature the realm's list cannot even be written back.
  return { support, objects: support === 'unsupported' ? [] : objects };
}

function ifNotAllowed(error: unknown): GrantryError {
  if (error instanceof GrantryError && error.code === 'NOT_ALLOWED') return error;
  throw error;
}

async function askFeature(api: KeycloakApi): Promise<OverlapSupport> {
  const reading = { about: 'list the features of the server', needs: 'query-clients' };
  try {
    const { data } = serverInfo.safeParse(await api.readOfServer(reading, 'serverinfo'));
    if (data === undefined) return 'unknown';
    return data.features?.some(({ name, enabled }) => name === FEATURE && enabled === true) === true
      ? 'supported'
      : 'unsupported';
  } catch (error) {
    ifNotAllowed(error);
    return 'unknown';
  }
}

export async function readList(api: KeycloakApi, kind: PolicyKind): Promise<Named[]> {
  const reading = { about: `list the realm's client ${kind}`, needs: 'view-realm' };
  const { data } = policyLists.safeParse(await api.read(reading, `client-policies/${kind}`));
  return parseList(api, data?.[kind], namedList.element, `client ${kind}`);
}
