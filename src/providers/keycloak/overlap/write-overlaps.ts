import { isDeepStrictEqual } from 'node:util';
import pLimit from 'p-limit';
import { GrantryError } from '../../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import type { Fields } from '../../../model/state.ts';
import { nameAccount } from '../login/account.ts';
import { describeKeycloak } from '../settings.ts';
import type { KeycloakApi } from '../http/api.ts';
import { readEveryProfile, readPolicyList } from '../policies/policy-lists.ts';
import type { PolicyKind } from '../policies/policy-lists.ts';
import { withRealmLock } from '../write/realm-lock.ts';
import type { AssertHeld } from '../write/realm-lock.ts';
import { overlapAsFound, profileOfPolicy, rotationFields } from './rotation.ts';
import type { Named, RotationFields } from './rotation.ts';

const ATTEMPTS = 5;

/** What a change is to make of the two lists. */
interface Edit {
  /** Undefined: it is to go. */
  readonly wanted: RotationFields | undefined;
  readonly name: string;
}

/**
 * Writes overlaps. The realm has one list of profiles and one of policies, and a PUT replaces the whole list without any
 * check: so no two runs of grantry do that at a time, each list is read until it stands still, changed, written, and read
 * again, and what somebody else took away of it meanwhile is put back.
 */
export class OverlapWriter {
  readonly #api: KeycloakApi;
  readonly #oneAtATime = pLimit(1);

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  /** Gives what is there then, as it was read last; undefined: nothing. */
  async change(change: CreateChange | UpdateChange | AdoptChange | DeleteChange): Promise<Fields | undefined> {
    const wanted = change.op === 'delete' ? undefined : rotationFields.parse(change.after);
    const edit = { wanted, name: change.op === 'delete' ? change.id : (wanted?.policy.name ?? '') };
    try {
      return await this.#oneAtATime(() => withRealmLock(this.#api, (assertHeld) => this.#persist(edit, assertHeld)));
    } catch (error) {
      if (!(error instanceof GrantryError) || error.code !== 'NOT_ALLOWED' || wanted === undefined) throw error;
      throw this.#mayNot(wanted);
    }
  }

  async #persist(edit: Edit, assertHeld: AssertHeld): Promise<Fields | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      await this.#carryOut(edit, assertHeld);
      const { isDone, found } = await this.#look(edit);
      if (isDone) return found;
      await this.#api.pause(200, 1000);
    }
    throw new GrantryError(
      'FAILED',
      `${this.#where()}: what grantry writes into the realm's client policies is gone at once`,
      {
        hint: 'Somebody else keeps changing them at the same time. Run it again when nobody does.',
      },
    );
  }

  /** A policy comes after its profile and goes before it: Keycloak takes no list of policies one of which names none. */
  async #carryOut({ wanted, name }: Edit, assertHeld: AssertHeld): Promise<void> {
    const policies = await readPolicyList(this.#api, 'policies');
    const staying = wanted === undefined ? without(policies, name) : policies;
    await this.#edit('profiles', { name, assertHeld }, (list) => {
      const complete = withMissing(list, staying);
      return wanted === undefined ? complete : withItem(complete, wanted.profile);
    });
    const known = await this.#profileNames();
    await this.#edit('policies', { name, assertHeld }, (list) => {
      const after = wanted === undefined ? without(list, name) : withItem(list, wanted.policy);
      if (isDeepStrictEqual(after, list)) return list;
      const gaps = gapsIn(after, known);
      this.#refuseGaps(gaps);
      // Those of grantry are made good by the next attempt.
      return gaps.length > 0 ? list : after;
    });
    if (wanted !== undefined) return;
    const users = (await readPolicyList(this.#api, 'policies')).filter((policy) => profilesOf(policy).includes(name));
    // Its own policy is there again: the next attempt takes it away.
    if (users.some((policy) => policy.name === name)) return;
    if (users.length > 0) throw this.#stillUsed(name, users);
    await this.#edit('profiles', { name, assertHeld }, (list) => without(list, name));
  }

  async #look({ wanted, name }: Edit): Promise<{ readonly isDone: boolean; readonly found: Fields | undefined }> {
    const [profiles, policies] = [
      await readPolicyList(this.#api, 'profiles'),
      await readPolicyList(this.#api, 'policies'),
    ];
    const halves = [profiles, policies].filter((list) => list.some((item) => item.name === name)).length;
    const isDone =
      halves === (wanted === undefined ? 0 : 2) && gapsIn(policies, await this.#profileNames()).length === 0;
    return { isDone, found: overlapAsFound(profiles, policies, name) };
  }

  async #edit(
    kind: PolicyKind,
    { name, assertHeld }: { readonly name: string; readonly assertHeld: AssertHeld },
    edit: (list: readonly Named[]) => readonly Named[],
  ): Promise<void> {
    const before = await this.#readStill(kind);
    const after = edit(before);
    if (isDeepStrictEqual(after, before)) return;
    assertHeld();
    await this.#write(kind, after);
    const found = await readPolicyList(this.#api, kind);
    const kept = before.filter((item) => item.name !== name && after.includes(item));
    const lost = kept.filter((item) => !found.some((each) => isDeepStrictEqual(each, item)));
    if (lost.length > 0) throw this.#concurrentChange(kind, lost);
    // A policy of somebody whose profile is gone: the profile came and went unseen while grantry wrote.
    if (kind === 'policies') this.#refuseGaps(gapsIn(found, await this.#profileNames()));
  }

  /** What grantry did not make it cannot make good. */
  #refuseGaps(gaps: readonly Named[]): void {
    const others = gaps.filter((policy) => profileOfPolicy(policy) === undefined);
    if (others.length > 0) throw this.#concurrentChange('profiles', others);
  }

  /** Twice the same: so a concurrent write is noticed, and is kept. */
  async #readStill(kind: PolicyKind): Promise<Named[]> {
    let list = await readPolicyList(this.#api, kind);
    for (let tries = 0; tries < 5; tries += 1) {
      const again = await readPolicyList(this.#api, kind);
      if (isDeepStrictEqual(list, again)) return again;
      list = again;
    }
    throw new GrantryError('FAILED', `${this.#where()} has client ${kind} that somebody keeps changing`, {
      hint: 'Run it again when nobody else changes them.',
    });
  }

  async #write(kind: PolicyKind, list: readonly Named[]): Promise<void> {
    const context = { about: `change the realm's client ${kind}`, needs: 'manage-realm' };
    await this.#api.writeOnce(context, ({ clientPolicies }) =>
      kind === 'profiles'
        ? clientPolicies.createProfiles({ profiles: [...list] })
        : clientPolicies.updatePolicy({ policies: [...list] }),
    );
  }

  async #profileNames(): Promise<ReadonlySet<string>> {
    return new Set((await readEveryProfile(this.#api)).map(({ name }) => name));
  }

  #concurrentChange(kind: PolicyKind, lost: readonly Named[]): GrantryError {
    const what =
      kind === 'profiles' && lost.some((item) => 'conditions' in item)
        ? 'policies name profiles that are not there (any more)'
        : 'something of them vanished, or is not as it was written';
    return new GrantryError(
      'FAILED',
      `${this.#where()}: while grantry changed the realm's client ${kind}, ${what}: ${quoted(lost)}`,
      {
        hint: [
          'Somebody else changed them, maybe at the same time. Compare, and put back what is missing (Realm settings > Client policies > JSON editor):',
          ...lost.map((item) => JSON.stringify(item)),
        ],
      },
    );
  }

  #stillUsed(name: string, users: readonly Named[]): GrantryError {
    return new GrantryError(
      'FAILED',
      `${this.#where()}: the client profile ${JSON.stringify(name)} is to go, but policies of others go by it: ${quoted(users)}`,
      { hint: 'Give these policies another profile first (Realm settings > Client policies).' },
    );
  }

  #mayNot({ profile, policy }: RotationFields): GrantryError {
    const { auth } = this.#api.settings;
    return new GrantryError(
      'NOT_ALLOWED',
      `The ${nameAccount(auth)} may not change the client policies of ${this.#where()}`,
      {
        hint: [
          'It takes the role manage-realm. Without it, let an administrator of the realm add these two once, under Realm settings > ' +
            'Client policies, in the JSON editors of Profiles and of Policies:',
          ...pretty(profile),
          ...pretty(policy),
        ],
      },
    );
  }

  #where(): string {
    return describeKeycloak(this.#api.settings);
  }
}

function quoted(items: readonly Named[]): string {
  return items.map(({ name }) => JSON.stringify(name)).join(', ');
}

function pretty(value: object): string[] {
  return JSON.stringify(value, undefined, 2).split('\n');
}

function withItem(list: readonly Named[], item: Named): readonly Named[] {
  const index = list.findIndex(({ name }) => name === item.name);
  return index === -1 ? [...list, item] : list.with(index, item);
}

function without(list: readonly Named[], name: string): Named[] {
  return list.filter((item) => item.name !== name);
}

/** The profiles, with those that policies of grantry lack, whosever these are: with one that dangles nobody can write any. */
function withMissing(profiles: readonly Named[], policies: readonly Named[]): readonly Named[] {
  const known = new Set(profiles.map(({ name }) => name));
  const missing = policies.flatMap((policy) => {
    const profile = profileOfPolicy(policy);
    return profile === undefined || known.has(profile.name) ? [] : [profile];
  });
  return missing.length === 0 ? profiles : [...profiles, ...missing];
}

/** Policies that name a profile which is not there. */
function gapsIn(policies: readonly Named[], profiles: ReadonlySet<string>): Named[] {
  return policies.filter((policy) => !profilesOf(policy).every((name) => profiles.has(name)));
}

function profilesOf({ profiles }: Named): string[] {
  return Array.isArray(profiles) ? profiles.filter((name) => typeof name === 'string') : [];
}
