import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GrantryError } from '../../../model/errors.ts';
import { keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { withRealmLock } from './realm-lock.ts';
import type { LockApi } from './realm-lock.ts';

const body = z.object({ attributes: z.object({ holder: z.array(z.string()) }) });

/** A realm with roles, and a clock that goes on while somebody waits. */
class Realm {
  now = 0;
  role: { readonly id: string; readonly attributes: { readonly holder: readonly string[] } } | undefined;
  released: string[] = [];
  onPause = (): void => undefined;
  #ids = 0;

  readonly time = (): number => this.now;

  take(holder: string): void {
    this.#ids += 1;
    this.role = { id: `role-${this.#ids}`, attributes: { holder: [holder] } };
  }

  readonly api: LockApi = {
    settings: keycloakSettings({ url: 'http://localhost:1' }),
    read: async () => this.role,
    create: async (_context, run) => {
      if (this.role !== undefined) throw new GrantryError('CONFLICT', 'there is one');
      const create = async (json: unknown): Promise<void> => this.take(body.parse(json).attributes.holder[0] ?? '');
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of the admin client that a lock needs
      return run({ roles: { create } } as never);
    },
    delete: async (_context, run) => {
      const delById = async ({ id }: { id: string }): Promise<void> => {
        if (this.role?.id === id) this.role = undefined;
        this.released.push(id);
      };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all of the admin client that a lock needs
      return run({ roles: { delById } } as never);
    },
    pause: async (_least, most) => {
      this.now += most;
      this.onPause();
    },
  };
}

describe('withRealmLock', () => {
  it('holds the lock while the work is done, and releases it then', async () => {
    const realm = new Realm();
    await withRealmLock(realm.api, async () => expect(realm.role).toBeDefined(), realm.time);
    expect(realm.role).toBeUndefined();
  });

  it('releases it when the work fails', async () => {
    const realm = new Realm();
    await expect(
      withRealmLock(realm.api, () => Promise.reject(new GrantryError('FAILED', 'no')), realm.time),
    ).rejects.toThrow('no');
    expect(realm.role).toBeUndefined();
  });

  it('waits for its holder, for as long as others come and go', async () => {
    const realm = new Realm();
    realm.take('another');
    realm.onPause = () => {
      if (realm.now < 200_000) realm.take(`another ${realm.now}`);
      else realm.role = undefined;
    };
    expect(await withRealmLock(realm.api, async () => realm.now, realm.time)).toBeGreaterThanOrEqual(200_000);
    expect(realm.released).toHaveLength(1);
  });

  it('takes one away that stood there for a minute, the very same', async () => {
    const realm = new Realm();
    realm.take('a run that died');
    expect(await withRealmLock(realm.api, async () => realm.now, realm.time)).toBeGreaterThan(60_000);
    expect(realm.released[0]).toBe('role-1');
  });

  it('begins nothing once others may have taken it away', async () => {
    const realm = new Realm();
    const work = async (assertHeld: () => void): Promise<void> => {
      assertHeld();
      realm.now += 31_000;
      assertHeld();
    };
    await expect(withRealmLock(realm.api, work, realm.time)).rejects.toThrow('too slow');
  });

  it('gives up where others never end', async () => {
    const realm = new Realm();
    realm.onPause = () => realm.take(`another ${realm.now}`);
    realm.take('another');
    await expect(withRealmLock(realm.api, async () => 'done', realm.time)).rejects.toThrow('others keep changing');
  });

  it('finds its own lock when the answer to the request that made it was lost', async () => {
    const realm = new Realm();
    const { create } = realm.api;
    const api: LockApi = {
      ...realm.api,
      create: async (...request) => {
        await create(...request);
        throw new GrantryError('UNREACHABLE', 'lost');
      },
    };
    expect(await withRealmLock(api, async () => 'done', realm.time)).toBe('done');
  });
});
