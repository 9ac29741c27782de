import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { monotonic } from '../../../platform/clock.ts';
import { describeKeycloak } from '../settings.ts';
import type { KeycloakApi } from '../http/api.ts';

/** A role of the realm that nobody holds: it can be made once at a time, which is all that a lock is. */
export const REALM_LOCK = 'grantry-client-policies-lock';

/** A lock that somebody has seen for so long, the very same, was left by a process that died. */
const LEFT_AFTER_MS = 60_000;

/** No write is begun later than this after the lock was taken. */
const HELD_FOR_MS = 30_000;

const WAIT_FOR_MS = 300_000;

const role = z.object({ id: z.string(), attributes: z.record(z.string(), z.array(z.string())).nullish() });
type Role = z.infer<typeof role>;

export type LockApi = Pick<KeycloakApi, 'settings' | 'read' | 'create' | 'delete' | 'pause'>;

/** Throws where the lock was held for too long to begin a write. */
export type AssertHeld = () => void;

/**
 * Does some work while no other grantry does any of this kind in the realm, whatever stack and store it has. No clock of another
 * machine is read: who waits measures for how long the lock has been the very same.
 */
export async function withRealmLock<T>(
  api: LockApi,
  work: (assertHeld: AssertHeld) => Promise<T>,
  time = monotonic,
): Promise<T> {
  const id = await acquire(api, time);
  const since = time();
  const assertHeld = (): void => {
    if (time() - since <= HELD_FOR_MS) return;
    throw new GrantryError(
      'FAILED',
      `${describeKeycloak(api.settings)} is too slow to change its client policies in time`,
      {
        hint: 'Others that change them wait no longer. Run it again when the server is less busy.',
      },
    );
  };
  let result: T;
  try {
    result = await work(assertHeld);
  } catch (error) {
    // What went wrong is what counts: a lock that is left is taken away by the next who waits for it.
    await release(api, id).catch(() => undefined);
    throw error;
  }
  await release(api, id);
  return result;
}

async function acquire(api: LockApi, time: () => number): Promise<string> {
  const holder = randomUUID();
  const begun = time();
  let seen: { readonly id: string; readonly since: number } | undefined;
  while (time() - begun < WAIT_FOR_MS) {
    await make(api, holder);
    const present = await find(api);
    if (present?.attributes?.['holder']?.[0] === holder) return present.id;
    if (present !== undefined && seen?.id === present.id) {
      if (time() - seen.since > LEFT_AFTER_MS) await release(api, present.id);
    } else {
      seen = present === undefined ? undefined : { id: present.id, since: time() };
    }
    await api.pause(100, 500);
  }
  throw new GrantryError('FAILED', `${describeKeycloak(api.settings)}: others keep changing its client policies`, {
    hint: `They hold the realm role ${REALM_LOCK} one after another. Run it again when they are done.`,
  });
}

/** Whose the lock is is looked at afterwards: one that is taken is an answer, and a lost one is no matter. */
async function make(api: LockApi, holder: string): Promise<void> {
  const context = { about: `take the lock ${REALM_LOCK}`, needs: 'manage-realm' };
  const description = 'Held by a run of grantry while it changes client policies. It goes by itself; nobody needs it.';
  try {
    await api.create(context, ({ roles }) =>
      roles.create({ name: REALM_LOCK, description, attributes: { holder: [holder] } }),
    );
  } catch (error) {
    const isAnswer = error instanceof GrantryError && (error.code === 'CONFLICT' || error.code === 'UNREACHABLE');
    if (!isAnswer) throw error;
  }
}

async function find(api: LockApi): Promise<Role | undefined> {
  const context = { about: `look at the lock ${REALM_LOCK}`, needs: 'view-realm', absent: undefined };
  return role.safeParse(await api.read(context, ({ roles }) => roles.findOneByName({ name: REALM_LOCK }))).data;
}

/** By its id: one that somebody else made since stays. */
async function release(api: LockApi, id: string): Promise<void> {
  const context = { about: `release the lock ${REALM_LOCK}`, needs: 'manage-realm' };
  await api.delete(context, ({ roles }) => roles.delById({ id }));
}
