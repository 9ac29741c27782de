/** A tenant whose client orders is known by a key, and what somebody can see and do there without grantry. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createPrivateKey } from 'node:crypto';
import { Secret } from '../../src/model/secrets/secret.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Ports } from '../../src/platform/ports.ts';
import { openAuth0Place } from '../contract/provider/auth0-place.ts';
import { BILLS, orders, STOCK } from '../contract/provider/provider-manifests.ts';
import { ProviderSubject } from '../contract/provider/provider-subject.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../demo/auth0/emulator/emulator.ts';
import { isJsonObject, objectOr, textOf } from '../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../demo/auth0/emulator/json.ts';
import { clientAssertion } from '../support/auth0/client-assertion.ts';
import { logIn, requestToken } from '../support/auth0/management-client.ts';
import type { ManagementClient } from '../support/auth0/management-client.ts';
import { yaml } from '../support/bench/workbench.ts';

const ACCESS = 'access: [{api: stock, scopes: [stock:read]}]';
const declared = (auth: string): string => yaml(STOCK, BILLS, orders(`auth: ${auth}, ${ACCESS}`));

/** The client, known by a key, and by a secret. */
export const KEYED = declared('private_key_jwt');
export const KEYED_BY_PS256 = declared('{private_key_jwt: {alg: PS256}}');
export const WITH_SECRET = declared('client_secret_post');

/** A key as a consumer finds it in the store. */
export interface HeldKey {
  readonly pem: string;
  readonly keyId: string;
  readonly alg: string;
}

interface World {
  /** Milliseconds by which grantry's clock is ahead. */
  ahead: number;
}

/** A run that is to be killed. */
interface Life {
  /** Requests until then. */
  left: number;
  readonly when: 'before' | 'after';
  readonly die: () => void;
}

/** The run in which a request is sent: what a killed one had begun must not go on in the time of the next. */
const lives = new AsyncLocalStorage<Life>();

/** A process that is killed sends nothing more, and never hears of what it sent. */
function mortal(fetch: Fetch): Fetch {
  const silence = new Promise<never>(() => undefined);
  return async (input, init) => {
    const life = lives.getStore();
    if (life === undefined) return fetch(input, init);
    if (life.left <= 0) return silence;
    life.left -= 1;
    if (life.left === 0 && life.when === 'before') {
      life.die();
      return silence;
    }
    const isLast = life.left === 0;
    const answer = await fetch(input, init);
    if (isLast) life.die();
    return life.left === 0 ? silence : answer;
  };
}

type Fetch = Ports['fetch'];

export class KeyBench {
  readonly emulator: Auth0Emulator;
  readonly subject: ProviderSubject;
  readonly hand: ManagementClient;
  readonly #world: World;

  private constructor(emulator: Auth0Emulator, subject: ProviderSubject, hand: ManagementClient, world: World) {
    this.emulator = emulator;
    this.subject = subject;
    this.hand = hand;
    this.#world = world;
  }

  static async open(options: EmulatorOptions = {}): Promise<KeyBench> {
    const place = await openAuth0Place('', options);
    const world: World = { ahead: 0 };
    const { clock, fetch } = place.ports;
    const moved: Clock = {
      now: () => clock.now() + world.ahead,
      sleep: async (ms) => void (world.ahead += ms),
    };
    const ports = { ...place.ports, clock: moved, fetch: mortal(fetch) };
    return new KeyBench(place.emulator, new ProviderSubject({ ...place, ports }), await logIn(place.emulator), world);
  }

  /** grantry's own clock, which does not wait either; the tenant's stays. */
  pass(hours: number): void {
    this.#world.ahead += hours * 3_600_000;
  }

  /**
   * Runs something that is killed at its nth request, before that has taken effect or after. False: it came to its end before.
   */
  async killed(nth: number, when: 'before' | 'after', run: () => Promise<unknown>): Promise<boolean> {
    return new Promise<boolean>((resolve, reject) => {
      lives.run({ left: nth, when, die: () => resolve(true) }, () => void run().then(() => resolve(false), reject));
    });
  }

  async clientId(): Promise<string> {
    return this.subject.clientIdOf('orders');
  }

  /** What a slot of the document holds. */
  async held(suffix = ''): Promise<HeldKey | undefined> {
    const { payload = {} } = (await this.subject.store.read('orders'))?.document ?? {};
    const [pem, keyId, alg] = ['private_key', 'key_id', 'key_alg'].map((key) => payload[`${key}${suffix}`]);
    if (!(pem instanceof Secret) || typeof keyId !== 'string' || typeof alg !== 'string') return undefined;
    return { pem: pem.reveal(), keyId, alg };
  }

  /** Whether a consumer with this key, and no word from grantry, gets a token. */
  async accepts(key: HeldKey | undefined): Promise<boolean> {
    if (key === undefined) return false;
    const clientId = await this.clientId();
    const { domain } = this.emulator;
    const header = { alg: key.alg, kid: key.keyId };
    const form = await clientAssertion({ clientId, domain, key: createPrivateKey(key.pem) }, { header });
    return (await requestToken(this.emulator, { audience: 'https://stock.test', ...form })).status === 200;
  }

  async acceptsSecret(secret: string): Promise<boolean> {
    const form = { client_id: await this.clientId(), client_secret: secret };
    return (await requestToken(this.emulator, { audience: 'https://stock.test', ...form })).status === 200;
  }

  /** The application as Auth0 has it. */
  async application(): Promise<JsonObject> {
    return this.hand.ok('GET', `/clients/${await this.clientId()}`);
  }

  /** Auth0's ids of the credentials by which it is known. */
  async enabled(): Promise<string[]> {
    const methods = objectOr((await this.application())['client_authentication_methods']);
    const { credentials } = objectOr(methods['private_key_jwt']);
    return Array.isArray(credentials) ? credentials.filter(isJsonObject).map(({ id }) => textOf(id)) : [];
  }

  /** The ids of keys that are stored, sorted. */
  async stored(): Promise<string[]> {
    const { body } = await this.hand.call('GET', `/clients/${await this.clientId()}/credentials`);
    const list = Array.isArray(body) ? body.filter(isJsonObject) : [];
    return list.map(({ kid }) => textOf(kid)).toSorted();
  }

  /** What somebody does by hand: these credentials are the ones by which it is known. */
  async enable(ids: readonly string[]): Promise<void> {
    await this.hand.ok('PATCH', `/clients/${await this.clientId()}`, {
      client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
    });
  }

  /** A key of somebody else's, stored and not enabled; gives Auth0's id of it. */
  async storeByHand(pem: string): Promise<string> {
    const body = { credential_type: 'public_key', pem };
    return textOf((await this.hand.ok('POST', `/clients/${await this.clientId()}/credentials`, body))['id']);
  }

  async rotate(how: { readonly force?: boolean; readonly revoke?: boolean } = {}) {
    const { force = false, revoke = false } = how;
    return this.subject.rotate(KEYED, { kind: 'named', names: ['orders'], force, revoke });
  }

  close(): Promise<void> {
    return this.subject.close();
  }
}
