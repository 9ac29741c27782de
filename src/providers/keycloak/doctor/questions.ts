import { z } from 'zod';
import type { Answer, KeycloakApi } from '../http/api.ts';
import { parseList } from '../http/parse-list.ts';
import { ACCOUNT_PREFIX } from '../roles/account-name.ts';

/** Whether the account may do something, as the server says; `unknown`: this realm has nothing by which it shows. */
export type MayAnswer = 'yes' | 'no' | 'unknown';

/** Clients that are looked at for what the account may do with them: with permissions of the realm it may differ. */
const CLIENTS = 20;

/** Clients that hold the rights themselves: from 26.4 on none but administrators may change them. */
const GUARDED = /^(realm-management|admin-permissions|.*-realm)$/;

/** Secrets stand beside it in the answer and are not taken over. */
const clientRow = z.object({
  clientId: z.string(),
  access: z.object({ manage: z.boolean().optional() }).nullish(),
});
type ClientRow = z.infer<typeof clientRow>;

const userRow = z.object({
  access: z.object({ manage: z.boolean().optional(), mapRoles: z.boolean().optional() }).nullish(),
});

/** Nobody has it. What takes `view-users`, whomever it asks about, is the state of a user's failed logins. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What grantry's account may do, asked of the server by requests that change nothing; each is sent once. */
export class Questions {
  readonly #api: KeycloakApi;
  #clients: Promise<readonly ClientRow[]> | undefined;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  async mayViewClients(): Promise<MayAnswer> {
    // A realm has clients of its own from the beginning: an account with query-clients alone gets an empty list.
    return yesIf((await this.#firstClients()).length > 0);
  }

  async mayManageClients(): Promise<MayAnswer> {
    const rows = (await this.#firstClients()).filter(({ clientId }) => !GUARDED.test(clientId));
    return yesIf(rows.length > 0 && rows.every(({ access }) => access?.manage === true));
  }

  async mayViewUsers(): Promise<MayAnswer> {
    return yesIf(await this.#isAllowed('see users', ({ attackDetection }) => attackDetection.findOne({ id: NOBODY })));
  }

  /** A user shows what the account may do with it: best its own, for a realm may have no other. */
  async mayManageUsers(): Promise<MayAnswer> {
    if ((await this.mayViewUsers()) === 'no') return 'no';
    const [row] = [...(await this.#ownUser()), ...(await this.#anyUser())];
    if (row === undefined) return 'unknown';
    return yesIf(row.access?.manage === true && row.access.mapRoles !== false);
  }

  async mayViewRealm(): Promise<MayAnswer> {
    return yesIf(
      await this.#isAllowed('list client profiles', ({ clientPolicies }) => clientPolicies.listProfiles({})),
    );
  }

  /** An export of nothing but the realm's settings takes the right to change them. */
  async mayManageRealm(): Promise<MayAnswer> {
    const { realm } = this.#api.settings;
    const settings = { realm, exportClients: false, exportGroupsAndRoles: false };
    return yesIf(await this.#isAllowed('export the settings of the realm', ({ realms }) => realms.export(settings)));
  }

  async mayViewEvents(): Promise<MayAnswer> {
    const { realm } = this.#api.settings;
    return yesIf(await this.#isAllowed('read login events', ({ realms }) => realms.findEvents({ realm, max: 1 })));
  }

  async mayViewIssuers(): Promise<MayAnswer> {
    return yesIf(
      await this.#isAllowed('list identity providers', ({ identityProviders }) => identityProviders.find({ max: 1 })),
    );
  }

  /** Settings of an identity provider are fetched from a URL and shown, and nothing is made of them; here no URL is named. */
  async mayManageIssuers(): Promise<MayAnswer> {
    const { status } = await this.#api.ask('read metadata of an identity provider', ({ identityProviders }) =>
      identityProviders.makeRequest<object, unknown>({ method: 'POST', path: '/import-config' })({}),
    );
    return yesIf(status === 400 || status === 200);
  }

  #firstClients(): Promise<readonly ClientRow[]> {
    this.#clients ??= this.#api
      .ask('list clients', ({ clients }) => clients.find({ first: 0, max: CLIENTS }))
      .then(({ status, body }) => (status === 200 ? parseList(this.#api, body, clientRow, 'clients') : []));
    return this.#clients;
  }

  async #ownUser(): Promise<z.infer<typeof userRow>[]> {
    const { auth, realm } = this.#api.settings;
    const id = (await this.#api.ownClaims())?.sub;
    if (auth.realm !== realm || id === undefined) return [];
    const { body } = await this.#api.ask("see the account's own user", ({ users }) => users.findOne({ id }));
    return rowsOf(body === undefined ? [] : [body]);
  }

  async #anyUser(): Promise<z.infer<typeof userRow>[]> {
    const query = { username: ACCOUNT_PREFIX, max: 1 };
    return rowsOf((await this.#api.ask('list users', ({ users }) => users.find(query))).body);
  }

  async #isAllowed(about: string, run: Parameters<KeycloakApi['ask']>[1]): Promise<boolean> {
    const { status }: Answer = await this.#api.ask(about, run);
    return status === 200;
  }
}

function rowsOf(list: unknown): z.infer<typeof userRow>[] {
  return z.array(userRow).safeParse(list).data ?? [];
}

function yesIf(may: boolean): MayAnswer {
  return may ? 'yes' : 'no';
}
