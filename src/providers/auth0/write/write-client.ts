import { sameJson } from '../../../model/values/json.ts';
import { GrantryError } from '../../../model/errors.ts';
import type { AdoptChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import type { Secret } from '../../../model/secrets/secret.ts';
import type { Delivery, Fields } from '../../../model/state.ts';
import type {
  ChosenSecret,
  CreatedClient,
  FoundClient,
  IssuedSecret,
  NewClient,
  WrittenCredential,
} from '../../provider.ts';
import type { Auth0Api } from '../http/api.ts';
import {
  applicationToFields,
  changedApplication,
  fieldsToMetadata,
  grantsToFields,
  newApplication,
} from '../convert/convert.ts';
import { formatKeys } from '../convert/key-marks.ts';
import { PRIVATE_KEY_JWT } from '../convert/keys.ts';
import { clientFields } from '../fields.ts';
import type { ClientFields } from '../fields.ts';
import { changeGrants, createGrant } from '../read/grants.ts';
import type { Granted } from '../read/grants.ts';
import { findApplication, parseApplication, patchApplication } from '../http/applications.ts';
import { listApplications } from '../http/listing.ts';
import type { KeyWriter } from './write-keys.ts';
import { deliveryToMetadata, MARK, parseDelivery, parseName } from '../convert/marks.ts';
import type { Metadata } from '../convert/marks.ts';
import { statusOf } from '../http/refusal.ts';
import type { Application, ClientGrant } from '../convert/representations.ts';

export interface WriterParts {
  readonly keys: KeyWriter;
  /** Of every Api of the last read, by its name. */
  readonly audiences: () => ReadonlyMap<string, string>;
  /** Unix seconds. */
  readonly now: () => number;
}

/** Writes applications and their grants. */
export class ClientWriter {
  readonly #api: Auth0Api;
  readonly #keys: KeyWriter;
  readonly #audiences: WriterParts['audiences'];
  readonly #now: WriterParts['now'];

  constructor(api: Auth0Api, { keys, audiences, now }: WriterParts) {
    this.#api = api;
    this.#keys = keys;
    this.#audiences = audiences;
    this.#now = now;
  }

  /**
   * One POST for the application, and one for each grant. Auth0 chooses the id and the secret; one that is to be known by keys has
   * none yet, as these are stored with an application that is there.
   */
  async create({ change }: NewClient): Promise<CreatedClient> {
    const fields = clientFields.parse(change.after);
    const created = await this.#post(fields);
    const { client_id: id, client_secret: secret } = created;
    const grants: ClientGrant[] = [];
    for (const [audience, scopes] of this.#granted(fields)) {
      grants.push(await createGrant(this.#api, { id, name: fields.displayName }, audience, scopes));
    }
    const found = this.#asAnswered(created, fields, grants);
    if (fields.auth === PRIVATE_KEY_JWT) return { id, found };
    return { id, found, issued: secret === undefined ? await this.readCredential(id) : issuedOf(id, secret) };
  }

  /** Auth0 takes the same name twice: after a lost answer the mark shows whether the application was created. */
  async #post(fields: ClientFields): Promise<Application> {
    const call = {
      about: `create the application ${fields.displayName}`,
      needs: 'create:clients',
      idempotent: false,
      writes: true as const,
    };
    const body = { ...newApplication(fields), client_metadata: newMetadata(fields) };
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields are JSON of exactly these keys
      const created: unknown = await this.#api.call(call, (client) => client.clients.create(body as never));
      return parseApplication(this.#api, created);
    } catch (error) {
      if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
      // After a look that fails too, what happened is still not known.
      const apps = await listApplications(this.#api, false).catch(() => []);
      const found = apps.filter(
        ({ client_metadata: metadata }) =>
          metadata[MARK.stack] === fields.stack && parseName(metadata).name === fields.name,
      );
      const [app] = found;
      if (app === undefined || found.length > 1) throw error;
      return app;
    }
  }

  async update(change: UpdateChange | AdoptChange): Promise<Fields> {
    const [before, after] = [clientFields.parse(change.before), clientFields.parse(change.after)];
    const keys = await this.#keys.changeOf(change, before, after, this.#now());
    const body = changedApplication(before, after, keys);
    const answered =
      Object.keys(body).length > 0
        ? await patchApplication(this.#api, change.id, body, `change the application ${after.displayName}`)
        : undefined;
    const name = after.displayName;
    const isGranted = sameJson(before.access, after.access) && sameJson(before.otherGrants, after.otherGrants);
    const grants = isGranted
      ? undefined
      : await changeGrants(this.#api, { id: change.id, name }, this.#granted(before), this.#granted(after));
    if (keys !== undefined) await this.#keys.deleteAllBut(change.id, keys.ids);
    if (answered !== undefined) return this.#asAnswered(answered, after, grants);
    return grants === undefined ? after : { ...after, ...this.#grantsAsFound(grants) };
  }

  /** Auth0 answers a write with the whole application. Its grants are objects of their own; undefined: they were left alone. */
  #asAnswered(app: Application, after: ClientFields, grants: readonly ClientGrant[] | undefined): Fields {
    const vocabulary = { apiOf: new Map(), declared: after.metadata, rotateEvery: undefined, now: this.#now() };
    const { access, otherGrants } = grants === undefined ? after : this.#grantsAsFound(grants);
    const lost = marksNotKept(app.client_metadata, after);
    const fields = applicationToFields(app, [], vocabulary);
    return { ...fields, access, otherGrants, ...(lost.length === 0 ? {} : { marksNotKept: lost }) };
  }

  #grantsAsFound(grants: readonly ClientGrant[]): Pick<ClientFields, 'access' | 'otherGrants'> {
    const apiOf = new Map([...this.#audiences()].map(([api, audience]) => [audience, api]));
    return grantsToFields(grants, apiOf);
  }

  /** Auth0 deletes the grants of the application with it. */
  async delete({ id, address }: DeleteChange): Promise<void> {
    const call = { about: `delete ${address}`, needs: 'delete:clients', idempotent: true, writes: true as const };
    await this.#api.call(call, async (client) => {
      try {
        await client.clients.delete(id);
      } catch (error) {
        // Already gone is what was wanted.
        if (statusOf(error) !== 404) throw error;
      }
    });
  }

  async find(id: string): Promise<FoundClient | undefined> {
    const found = await findApplication(this.#api, id, { about: `find the application ${id}` });
    if (found === undefined) return undefined;
    const { client_id: clientId, client_metadata: metadata } = found;
    return { id: clientId, clientId, stack: metadata[MARK.stack] || undefined };
  }

  async readCredential(id: string): Promise<IssuedSecret> {
    const call = { about: 'read the secret of an application', needs: 'read:client_keys', idempotent: true };
    const found: unknown = await this.#api.call(call, (client) => client.clients.get(id));
    const { name, client_secret: secret } = parseApplication(this.#api, found);
    if (secret !== undefined) return issuedOf(id, secret);
    throw new GrantryError('NOT_ALLOWED', `Auth0 does not show the secret of the application ${name}`, {
      hint: `The application ${this.#api.settings.auth.clientId} needs the scope read:client_keys of the Management API. docs/auth0.md lists all that are needed.`,
    });
  }

  async markDelivered(id: string, delivery: Delivery): Promise<Delivery | undefined> {
    const about = `mark the credential at ${delivery.place} as delivered`;
    const { client_metadata: metadata } = await patchApplication(
      this.#api,
      id,
      { client_metadata: deliveryToMetadata(delivery) },
      about,
    );
    return parseDelivery(metadata);
  }

  /** The previous one is refused from now on, though for up to 30 seconds either may be accepted. */
  async setSecret(id: string, { credential, delivery }: ChosenSecret): Promise<WrittenCredential> {
    await this.#haveSecret(id);
    const body = { client_secret: credential.secret.reveal(), client_metadata: deliveryToMetadata(delivery) };
    const changed = await patchApplication(this.#api, id, body, 'change the secret of an application');
    const { client_secret: secret, client_metadata: metadata } = changed;
    const issued = secret === undefined ? await this.readCredential(id) : issuedOf(id, secret);
    return { credential: issued.credential, createdAt: undefined, delivered: parseDelivery(metadata) };
  }

  /** What Auth0 does with a secret that is set beside keys is documented nowhere: the keys go first, and the old secret is back. */
  async #haveSecret(id: string): Promise<void> {
    const about = 'see by what an application is known';
    const app = await findApplication(this.#api, id, { about, needs: 'read:client_keys' });
    if (app?.client_authentication_methods === undefined) return;
    const body = { client_authentication_methods: null, token_endpoint_auth_method: 'client_secret_post' };
    await patchApplication(this.#api, id, body, `give the application ${app.name} a secret in place of keys`);
  }

  #granted({ access, otherGrants }: ClientFields): Granted {
    const known = Object.entries(access).map(([api, { scopes }]): [string, readonly string[]] => {
      const audience = this.#audiences().get(api);
      if (audience === undefined) throw new TypeError(`the audience of Api ${api} was never read`);
      return [audience, scopes];
    });
    return new Map([...known, ...Object.entries(otherGrants)]);
  }
}

/** The id of an application is its client_id, and Auth0 does not say when a secret was made. */
function issuedOf(id: string, secret: Secret): IssuedSecret {
  return { id, clientId: id, credential: { kind: 'client-secret', secret }, createdAt: undefined };
}

/** Of one with keys it is noted what they are for, before there is any. */
function newMetadata(fields: ClientFields): Record<string, string> {
  const { auth, signingAlg } = fields;
  const keys = auth === PRIVATE_KEY_JWT && signingAlg !== null ? { [MARK.keys]: formatKeys({ alg: signingAlg }) } : {};
  return { ...fieldsToMetadata(fields), ...keys };
}

/** Keys of marks that no field shows and that are not as they were written. */
function marksNotKept(found: Metadata, after: ClientFields): string[] {
  const sent = fieldsToMetadata(after);
  return [MARK.declared, MARK.labels].filter((key) => found[key] !== sent[key]);
}
