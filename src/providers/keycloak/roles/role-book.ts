import { z } from 'zod';
import { readOfRole } from '../http/admin-client.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { ClientIndex } from '../read/client-index.ts';
import { parseList } from '../http/parse-list.ts';
import type { RoleKey, RoleRef } from './role-names.ts';

const roleRow = z.object({
  id: z.string(),
  name: z.string(),
  composite: z.boolean().nullish(),
  clientRole: z.boolean().nullish(),
  containerId: z.string().nullish(),
});
type RoleRow = z.infer<typeof roleRow>;

/** The realm's roles: those of an owner, and what composites hold. Each is asked for once. */
export class RoleBook {
  readonly #api: KeycloakApi;
  readonly #clients: ClientIndex;
  readonly #parts = new Map<string, Promise<readonly RoleRow[]>>();

  constructor(api: KeycloakApi, clients: ClientIndex) {
    this.#api = api;
    this.#clients = clients;
  }

  /** All roles of a client, or of the realm; none where there is no such client. Without `max` they come in one answer. */
  async list(owner: string | undefined): Promise<RoleKey[]> {
    const id = owner === undefined ? undefined : await this.#clients.idOf(owner);
    if (owner !== undefined && id === undefined) return [];
    const context = { about: `list the roles of ${owner ?? 'the realm'}`, needs: needsOf(owner), absent: [] };
    const list = await this.#api.read(context, ({ roles, clients }) =>
      id === undefined ? roles.find() : clients.listRoles({ id }),
    );
    return this.#parse(list).map(({ name }) => ({ client: owner, name }));
  }

  /** Where a role lies; undefined where its client does not exist, or no path can name it. */
  async refTo({ client, name }: RoleKey): Promise<RoleRef | undefined> {
    if (!canBeNamed(name)) return undefined;
    const owner = client === undefined ? undefined : await this.#clients.idOf(client);
    return client !== undefined && owner === undefined ? undefined : { owner, name };
  }

  /** Whatever holders of these roles hold with them: the parts of composites, and theirs, without the roles themselves. */
  async partsOf(roles: readonly RoleKey[]): Promise<RoleKey[]> {
    const found = new Map(roles.map((role) => [keyOf(role), role]));
    const own = new Set(found.keys());
    for (let open = [...roles]; open.length > 0;) {
      const parts = (await Promise.all(open.map((role) => this.#direct(role)))).flat();
      open = [];
      for (const { role, composite } of parts) {
        if (found.has(keyOf(role))) continue;
        found.set(keyOf(role), role);
        if (composite) open.push(role);
      }
    }
    return [...found].flatMap(([key, role]) => (own.has(key) ? [] : [role]));
  }

  async #direct(role: RoleKey): Promise<{ role: RoleKey; composite: boolean }[]> {
    const key = keyOf(role);
    const asked = this.#parts.get(key) ?? this.#askForParts(role);
    this.#parts.set(key, asked);
    return Promise.all(
      (await asked).map(async ({ name, composite, clientRole, containerId }) => {
        const id = containerId ?? '';
        const client = clientRole === true ? ((await this.#clients.nameOf(id)) ?? id) : undefined;
        return { role: { client, name }, composite: composite === true };
      }),
    );
  }

  async #askForParts(role: RoleKey): Promise<RoleRow[]> {
    const ref = await this.refTo(role);
    if (ref === undefined) return [];
    // A role that does not exist holds nothing; apply says so when it is to be assigned.
    const context = { about: `read what role ${role.name} holds`, needs: needsOf(role.client), absent: [] };
    return this.#parse(await this.#api.read(context, (admin) => readOfRole(admin, ref, 'composites')));
  }

  #parse(list: unknown): RoleRow[] {
    return parseList(this.#api, list, roleRow, 'roles');
  }
}

/** Dots alone would lead a request elsewhere. */
export function canBeNamed(role: string): boolean {
  return !/^\.{1,2}$/.test(role);
}

function needsOf(owner: string | undefined): string {
  return owner === undefined ? 'view-realm' : 'view-clients';
}

function keyOf({ client, name }: RoleKey): string {
  return JSON.stringify([client ?? null, name]);
}
