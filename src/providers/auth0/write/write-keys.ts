import { GrantryError } from '../../../model/errors.ts';
import type { AdoptChange, UpdateChange } from '../../../model/plan.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { NewKey, RegisteredKeys, WrittenKeys } from '../../provider.ts';
import type { KeyChange } from '../convert/convert.ts';
import type { StoredCredential } from '../convert/credential.ts';
import { enabledKeys, keysIn, methodWith, PRIVATE_KEY_JWT } from '../convert/keys.ts';
import { formatKeys, parseKeys } from '../convert/key-marks.ts';
import type { MarkedKeys, PreviousKey } from '../convert/key-marks.ts';
import { deliveryToMetadata, MARK, parseDelivery } from '../convert/marks.ts';
import type { Application } from '../convert/representations.ts';
import type { ClientFields } from '../fields.ts';
import type { Auth0Api } from '../http/api.ts';
import { findApplication, patchApplication } from '../http/applications.ts';
import { deleteCredential, listCredentials, storeKey } from '../http/credentials.ts';
import type { CredentialAlg } from '../http/credentials.ts';

/** Credentials that an application can have stored. */
const ROOM = 2;

/**
 * Registers public keys with applications. A credential is stored, enabled, disabled and deleted, each by a request of its own;
 * which of them are grantry's is noted in the request that enables or disables them.
 */
export class KeyWriter {
  readonly #api: Auth0Api;

  constructor(api: Auth0Api) {
    this.#api = api;
  }

  async read(id: string): Promise<RegisteredKeys> {
    return registeredIn(await this.#find(id));
  }

  /** An application that is known by something else yet has the key stored, and is not known by it. */
  async add(id: string, { key, previousUntil, delivery }: NewKey): Promise<WrittenKeys> {
    const app = await this.#find(id);
    const stored = await listCredentials(this.#api, id);
    const previous = previousBeside(key, app, previousUntil);
    const own = stored.find(({ kid }) => kid === key.keyId);
    if (own === undefined) await this.#makeRoom(app, stored, previous?.credentialId);
    const { id: credentialId } = own ?? (await storeKey(this.#api, id, { ...key, alg: takenAlg(key.alg) }));
    const present = { credentialId, keyId: key.keyId, createdAt: key.createdAt };
    const keys = { alg: key.alg, present, previous };
    const about = `register a public key of the application ${app.name}`;
    const written = await patchApplication(this.#api, id, bodyOf(app, keys, deliveryToMetadata(delivery)), about);
    await this.deleteAllBut(id, idsOf(keys));
    return { ...registeredIn(written), delivered: parseDelivery(written.client_metadata) };
  }

  async keepNewest(id: string): Promise<RegisteredKeys> {
    const app = await this.#find(id);
    const marked = parseKeys(app.client_metadata);
    const { present, others } = keysIn(app);
    // Which is the newest is not known: what is there may be all that the client has.
    if (marked === undefined || present === undefined) return registeredIn(app);
    const { alg, previous } = marked;
    const isAlone = others.length === 0 && previous === undefined;
    const about = `take the previous key from the application ${app.name}`;
    const kept = isAlone ? app : await patchApplication(this.#api, id, bodyOf(app, { alg, present }), about);
    await this.deleteAllBut(id, [present.credentialId]);
    return registeredIn(kept);
  }

  /**
   * What a change makes of the keys: those that nobody declares go. Those of an application that is taken over stay for the overlap,
   * as far as there is room: somebody may log in with them. Undefined: they stay as they are.
   */
  async changeOf(
    { id, op, delivery }: UpdateChange | AdoptChange,
    before: ClientFields,
    after: ClientFields,
    now: number,
  ): Promise<KeyChange | undefined> {
    // Of a client whose owner keeps the credential both are to stay.
    const hasStrays = !sameJson(before.strayKeys, after.strayKeys) || !sameJson(before.endedKeys, after.endedKeys);
    if (after.auth !== PRIVATE_KEY_JWT) {
      return hasStrays || before.auth === PRIVATE_KEY_JWT ? { ids: [], mark: null } : undefined;
    }
    if (!hasStrays && before.auth === after.auth && before.signingAlg === after.signingAlg) return undefined;
    const app = await this.#find(id);
    const { present, previous, others } = keysIn(app);
    const hasEnded = previous !== undefined && before.endedKeys.includes(previous.credentialId);
    const accepted = hasEnded ? undefined : previous;
    const until = now + (delivery?.overlap ?? 0);
    const adopted = op === 'adopt' && accepted === undefined ? await this.#newestOf(id, others) : undefined;
    const kept = adopted === undefined ? accepted : { credentialId: adopted, until };
    const keys = { alg: after.signingAlg ?? 'RS256', present, previous: kept };
    const change = { ids: idsOf(keys), mark: formatKeys(keys) };
    const isSo = sameJson(enabledKeys(app), change.ids) && app.client_metadata[MARK.keys] === change.mark;
    return isSo ? undefined : change;
  }

  /** Auth0 deletes only what the application does not use. */
  async deleteAllBut(id: string, kept: readonly string[]): Promise<void> {
    for (const { id: credentialId } of await listCredentials(this.#api, id)) {
      if (!kept.includes(credentialId)) await deleteCredential(this.#api, id, credentialId);
    }
  }

  /** Takes away what is of the least use, so that there is room for one more. */
  async #makeRoom(app: Application, stored: readonly StoredCredential[], kept: string | undefined): Promise<void> {
    if (stored.length < ROOM) return;
    const { client_id: id, name } = app;
    const enabled = enabledKeys(app) ?? [];
    const { present, previous } = parseKeys(app.client_metadata) ?? {};
    const rising = [...enabled, previous?.credentialId, present?.credentialId];
    const use = (credential: StoredCredential): number => rising.lastIndexOf(credential.id);
    const [victim] = stored.filter((each) => each.id !== kept).toSorted((left, right) => use(left) - use(right));
    if (victim === undefined) throw new TypeError('an application has no room, and nothing that could go');
    if (enabled.includes(victim.id)) {
      const left = methodWith(enabled.filter((each) => each !== victim.id));
      const about = `take a key from the application ${name}`;
      await patchApplication(this.#api, id, { client_authentication_methods: left }, about);
    }
    await deleteCredential(this.#api, id, victim.id);
  }

  /** Of credentials that grantry knows nothing of. */
  async #newestOf(id: string, candidates: readonly string[]): Promise<string | undefined> {
    if (candidates.length < 2) return candidates[0];
    const stored = (await listCredentials(this.#api, id)).filter((credential) => candidates.includes(credential.id));
    return stored.toSorted((left, right) => (left.created_at < right.created_at ? 1 : -1))[0]?.id;
  }

  async #find(id: string): Promise<Application> {
    const needs = 'read:client_credentials';
    const found = await findApplication(this.#api, id, { about: `read the keys of the application ${id}`, needs });
    if (found !== undefined) return found;
    throw new GrantryError('FAILED', `Auth0 has no application ${id} any more`);
  }
}

/**
 * What is to be accepted beside a new key: the present one. Where that is the new one already, by an earlier attempt, and where it is
 * gone, what stood beside it.
 */
function previousBeside({ keyId, createdAt }: NewKey['key'], app: Application, until: number): PreviousKey | undefined {
  const { present, previous } = keysIn(app);
  if (present !== undefined && present.keyId !== keyId) return { credentialId: present.credentialId, until };
  return previous !== undefined && previous.until > createdAt ? previous : undefined;
}

function idsOf({ present, previous }: MarkedKeys): string[] {
  return [present, previous].flatMap((key) => key?.credentialId ?? []);
}

/** The body of a PATCH that leaves an application these keys. */
function bodyOf(app: Application, keys: MarkedKeys, marks: Readonly<Record<string, string>> = {}): object {
  const methods = methodWith(idsOf(keys));
  return {
    ...(enabledKeys(app) === undefined ? {} : { client_authentication_methods: methods }),
    client_metadata: { [MARK.keys]: formatKeys(keys), ...marks },
  };
}

function registeredIn(app: Application): RegisteredKeys {
  const { present, previous } = keysIn(app);
  return {
    clientId: app.client_id,
    present: present === undefined ? undefined : { keyId: present.keyId, createdAt: present.createdAt },
    previousUntil: previous?.until,
  };
}

function takenAlg(alg: NewKey['key']['alg']): CredentialAlg {
  if (alg === 'RS256' || alg === 'PS256') return alg;
  throw new TypeError(`Auth0 takes no keys for ${alg}: validate refuses them`);
}
