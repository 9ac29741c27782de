import { z } from 'zod';
import { clientPath } from './api.ts';
import type { KeycloakApi, Reading } from './api.ts';
import { parseList } from './parse-list.ts';
import type { RoleKey } from './role-names.ts';

const roleRow = z.object({
  id: z.string(),
  name: z.string(),
  composite: z.boolean().nullish(),
  clientRole: z.boolean().nullish(),
  containerId: z.string().nullish(),
});
type RoleRow = z.infer<typeof roleRow>;

const clientName = z.object({ clientId: z.string() });

/** Clients by either of their names: Keycloak's paths have its own ids, manifests and role mappings client_ids. */
export interface ClientNames {
  /** Undefined where there is no such client. */
  readonly idOf: (clientId: string) => Promise<string | undefined>;
  /** Undefined where it is not known without asking. */
  readonly nameOf: (id: string) => string | undefined;
}

/** The realm's roles: those of an owner, and what composites hold. Each is asked for once. */
export class RoleBook {
  readonly #api: KeycloakApi;
  readonly #clients: ClientNames;
  readonly #parts = new Map<string, Promise<readonly RoleRow[]>>();
  readonly #names = new Map<string, Promise<string>>();

  constructor(api: KeycloakApi, clients: ClientNames) {
    this.#api = api;
    this.#clients = clients;
  }

  /** All roles of a client, or of the realm; none where there is no such client. Without `max` they come in one answer. */
  async list(owner: string | undefined): Promise<RoleKey[]> {
    const path = await this.#pathOf(owner);
    if (path === undefined) return [];
    const reading = { about: `list the roles of ${owner ?? 'the realm'}`, needs: needsOf(owner), absent: [] };
    const rows = await this.#read(reading, `${path}roles?briefRepresentation=true`);
    return rows.map(({ name }) => ({ client: owner, name }));
  }

  /** Where a role lies, behind its realm; undefined where its client does not exist, or no path can name it. */
  async pathTo({ client, name }: RoleKey): Promise<string | undefined> {
    if (!canBeNamed(name)) return undefined;
    const path = await this.#pathOf(client);
    return path === undefined ? undefined : `${path}roles/${encodeURIComponent(name)}`;
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
        const client = clientRole === true ? await this.#nameOf(containerId ?? '') : undefined;
        return { role: { client, name }, composite: composite === true };
      }),
    );
  }

  async #askForParts(role: RoleKey): Promise<RoleRow[]> {
    const path = await this.pathTo(role);
    // A role that does not exist holds nothing; apply says so when it is to be assigned.
    const reading = { about: `read what role ${role.name} holds`, needs: needsOf(role.client), absent: [] };
    return path === undefined ? [] : this.#read(reading, `${path}/composites`);
  }

  async #read(reading: Reading, path: string): Promise<RoleRow[]> {
    return parseList(this.#api, await this.#api.read(reading, path), roleRow, 'roles');
  }

  async #pathOf(owner: string | undefined): Promise<string | undefined> {
    if (owner === undefined) return '';
    const id = await this.#clients.idOf(owner);
    return id === undefined ? undefined : `${clientPath(id)}/`;
  }

  /** The client_id of a role's client: parts of composites name it by Keycloak's own id. */
  async #nameOf(id: string): Promise<string> {
    const listed = this.#clients.nameOf(id);
    if (listed !== undefined) return listed;
    const known = this.#names.get(id) ?? this.#askForName(id);
    this.#names.set(id, known);
    return known;
  }

  async #askForName(id: string): Promise<string> {
    const reading = { about: `find the client with the id ${id}`, needs: 'view-clients' };
    const { data } = clientName.safeParse(await this.#api.read(reading, clientPath(id)));
    return data?.clientId ?? id;
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
