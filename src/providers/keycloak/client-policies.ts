import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import type { ActualObject, OverlapSupport } from '../../model/state.ts';
import { describeProvider } from '../describe.ts';
import type { KeycloakApi } from './api.ts';
import { parseList, unexpectedListing } from './parse-list.ts';
import { findOverlaps, namedList, rotationFields } from './rotation.ts';
import type { Named, RotationFields } from './rotation.ts';

const FEATURE = 'CLIENT_SECRET_ROTATION';

const serverInfo = z.object({
  features: z.array(z.object({ name: z.string(), enabled: z.boolean().nullish() })).nullish(),
});

/** `GET client-policies/profiles` and `GET client-policies/policies`. */
const policyLists = z.object({ profiles: z.unknown(), policies: z.unknown() }).partial();

/** `GET client-policies/profiles?include-global-profiles=true`. */
const allProfiles = z.object({ profiles: namedList.nullish(), globalProfiles: namedList.nullish() });

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

type Kind = 'profiles' | 'policies';

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

async function readList(api: KeycloakApi, kind: Kind): Promise<Named[]> {
  const reading = { about: `list the realm's client ${kind}`, needs: 'view-realm' };
  const { data } = policyLists.safeParse(await api.read(reading, `client-policies/${kind}`));
  return parseList(api, data?.[kind], namedList.element, `client ${kind}`);
}

/**
 * Writes overlaps. The realm has one list of profiles and one of policies, and a PUT replaces the whole list without any
 * check: so each is read until it stands still, changed, written, and read again.
 */
export class OverlapWriter {
  readonly #api: KeycloakApi;
  readonly #oneAtATime = pLimit(1);

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  async change(change: CreateChange | UpdateChange | AdoptChange | DeleteChange): Promise<void> {
    await this.#oneAtATime(() =>
      change.op === 'delete' ? this.#remove(change.id) : this.#put(rotationFields.parse(change.after)),
    );
  }

  async #put({ profile, policy }: RotationFields): Promise<void> {
    const wanted = { profile, policy };
    await this.#edit('profiles', (list) => withItem(list, profile), wanted);
    await this.#edit('policies', (list) => withItem(list, policy), wanted);
  }

  async #remove(name: string): Promise<void> {
    const without = (list: readonly Named[]): Named[] => list.filter((item) => item.name !== name);
    await this.#edit('policies', without);
    await this.#edit('profiles', without);
  }

  async #edit(kind: Kind, edit: (list: readonly Named[]) => readonly Named[], wanted?: RotationFields): Promise<void> {
    const before = await this.#readStill(kind);
    const after = edit(before);
    if (isDeepStrictEqual(after, before)) return;
    await this.#write(kind, after, wanted);
    const found = await readList(this.#api, kind);
    const ours = new Set(after.filter((item) => !before.includes(item)).map(({ name }) => name));
    const lost = after.filter(
      (item) => !found.some((each) => (ours.has(item.name) ? each.name === item.name : isDeepStrictEqual(each, item))),
    );
    if (lost.length > 0) throw this.#somethingVanished(kind, lost);
    if (kind === 'policies') await this.#lookForGaps(found);
  }

  /** Twice the same: whoever is writing just now is noticed, and what he wrote is kept. */
  async #readStill(kind: Kind): Promise<Named[]> {
    let list = await readList(this.#api, kind);
    for (let tries = 0; tries < 5; tries += 1) {
      const again = await readList(this.#api, kind);
      if (isDeepStrictEqual(list, again)) return again;
      list = again;
    }
    throw new GrantryError('FAILED', `${this.#where()} has client ${kind} that somebody keeps changing`, {
      hint: 'Run it again when nobody else changes them.',
    });
  }

  async #write(kind: Kind, list: readonly Named[], wanted: RotationFields | undefined): Promise<void> {
    const call = {
      about: `change the realm's client ${kind}`,
      needs: 'manage-realm',
      idempotent: false,
      writes: true as const,
    };
    try {
      await this.#api.call(call, async ({ clientPolicies }) =>
        kind === 'profiles'
          ? clientPolicies.createProfiles({ profiles: [...list] })
          : clientPolicies.updatePolicy({ policies: [...list] }),
      );
    } catch (error) {
      if (error instanceof GrantryError && error.code === 'NOT_ALLOWED' && wanted !== undefined) {
        throw this.#mayNot(wanted);
      }
      throw error;
    }
  }

  /** A policy of somebody whose profile is gone tells of a profile that came and went unseen while grantry wrote. */
  async #lookForGaps(policies: readonly Named[]): Promise<void> {
    const answer = await this.#api.read(
      { about: "list the realm's client profiles", needs: 'view-realm' },
      'client-policies/profiles?include-global-profiles=true',
    );
    const { data, error } = allProfiles.safeParse(answer);
    if (data === undefined) {
      throw unexpectedListing(this.#api, 'client profiles', error.issues[0]?.path ?? [], 'object');
    }
    const known = new Set([...(data.profiles ?? []), ...(data.globalProfiles ?? [])].map(({ name }) => name));
    const gaps = policies.filter(({ profiles: used }) => Array.isArray(used) && !used.every((name) => known.has(name)));
    if (gaps.length > 0) throw this.#somethingVanished('profiles', gaps);
  }

  #somethingVanished(kind: Kind, lost: readonly Named[]): GrantryError {
    const names = lost.map(({ name }) => JSON.stringify(name)).join(', ');
    const text = lost.map((item) => JSON.stringify(item)).join('\n');
    return new GrantryError(
      'FAILED',
      `${this.#where()}: while grantry wrote the realm's client ${kind}, something of them vanished, or is not as it was written: ${names}`,
      {
        hint: `Somebody else changed them at the same time. Compare, and put back what is missing (Realm settings > Client policies > JSON editor):\n${text}`,
      },
    );
  }

  #mayNot({ profile, policy }: RotationFields): GrantryError {
    const { auth } = this.#api.settings;
    const who = auth.kind === 'client' ? `The client ${auth.clientId}` : `The user ${auth.username}`;
    return new GrantryError('NOT_ALLOWED', `${who} may not change the client policies of ${this.#where()}`, {
      hint:
        'It takes the role manage-realm. Without it, let an administrator of the realm add these two once, under Realm settings > ' +
        `Client policies, in the JSON editors of Profiles and of Policies:\n${pretty(profile)}\n${pretty(policy)}`,
    });
  }

  #where(): string {
    return describeProvider(this.#api.settings);
  }
}

function pretty(value: object): string {
  return JSON.stringify(value, undefined, 2);
}

function withItem(list: readonly Named[], item: Named): Named[] {
  const index = list.findIndex(({ name }) => name === item.name);
  return index === -1 ? [...list, item] : list.with(index, item);
}
