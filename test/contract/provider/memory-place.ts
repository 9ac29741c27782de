/** The provider in memory, with a token endpoint over what it holds. */
import { GrantryError } from '../../../src/model/errors.ts';
import type { Capabilities, SecretsFacet } from '../../../src/providers/provider.ts';
import { MemoryProvider } from '../../../src/providers/memory/index.ts';
import type { MemoryObject } from '../../../src/providers/memory/objects.ts';
import { memoryTokens } from '../../support/bench/memory-tokens.ts';
import { portsOver } from '../../support/servers/ports-over.ts';
import { tokenRequest } from './provider-subject.ts';
import type { AdminActions, ProviderPlace } from './provider-subject.ts';

/** What the provider can do, and the keys of a Target under `provider` whose rules fit that. */
export interface MemoryKind {
  readonly capabilities: Partial<Capabilities>;
  readonly provider: string;
}

export async function openMemoryPlace({ capabilities, provider }: MemoryKind): Promise<ProviderPlace> {
  const memory = new MemoryProvider(capabilities);
  memory.now = 1_700_000_000;
  const fetch = memoryTokens(memory);
  const sleep = async (ms: number): Promise<void> => void (memory.now += Math.ceil(ms / 1000));
  return {
    provider,
    env: { SECRET: 'unused', TOKEN: 'unused' },
    ports: portsOver(fetch, { clock: { now: () => memory.now * 1000, sleep } }),
    admin: actionsOn(memory, fetch),
    open: async () => memory,
    close: async () => undefined,
  };
}

function actionsOn(memory: MemoryProvider, fetch: typeof globalThis.fetch): AdminActions {
  const get = (clientId: string): MemoryObject => {
    const found = memory.objects.find((object) => object.kind === 'Client' && memory.clientIdOf(object) === clientId);
    if (found === undefined) throw new Error(`there is no client ${clientId}`);
    return found;
  };
  const grant = async (clientId: string, audience: string, scope: string): Promise<void> => {
    const api = memory.objects.find(({ fields }) => fields['audience'] === audience);
    const holder = get(clientId);
    holder.fields = { ...holder.fields, access: { [api?.name ?? '']: { scopes: [scope], onRequest: [] } } };
  };
  return {
    create: async (name) =>
      memory.clientIdOf(memory.plant('Client', memory.capabilities.chosenClientId ? { clientId: name } : {}, name)),
    secretOf: async (clientId) => get(clientId).secret ?? '',
    regenerate: async (clientId) => memory.regenerate(get(clientId).id),
    loosen: async (clientId) => void Object.assign(get(clientId).fields, { redirectUris: ['https://by-hand.test'] }),
    remove: async (clientId) => void memory.objects.splice(memory.objects.indexOf(get(clientId)), 1),
    redirectIssuer: async (alias, url) => {
      const found = memory.objects.find(({ kind, fields }) => kind === 'Issuer' && fields['alias'] === alias);
      if (found === undefined) throw new Error(`there is no issuer ${alias}`);
      found.fields = { ...found.fields, trusts: url };
    },
    createIssuer: async (alias, url) => void memory.plant('Issuer', { alias, trusts: url }, alias),
    grant,
    letIn: async (clientId, audience, scope) => {
      if (memory.capabilities.tokenPerApi) return grant(clientId, audience, scope);
      get(clientId).fields = { ...get(clientId).fields, enabled: true };
    },
    clientIds: async () =>
      memory.objects.flatMap((each) => (each.kind === 'Client' ? [memory.clientIdOf(each)] : [])).toSorted(),
    loseNextCreation: () => loseNextCreation(memory),
    loseNextRotation: () => loseNextRotation(memory),
    accepts: async (clientId, secret, auth) =>
      (await fetch('https://memory.test/token', tokenRequest({ clientId, secret, auth }, audienceFor(memory)))).ok,
  };
}

function audienceFor({ capabilities }: MemoryProvider): Record<string, string> {
  return capabilities.tokenPerApi ? { audience: 'https://stock.test' } : {};
}

/** The next creation takes effect, and its answer is lost. */
function loseNextCreation(memory: MemoryProvider): void {
  const create = memory.createClient.bind(memory);
  memory.createClient = async (client) => {
    memory.createClient = create;
    await create(client);
    throw answerLost();
  };
}

/** The next change of a secret takes effect, and its answer is lost. One that may be sent twice is, as over a network. */
function loseNextRotation(memory: MemoryProvider): void {
  const { secrets } = memory;
  const losing: SecretsFacet = {
    ...secrets,
    regenerate: async (id) => {
      Object.assign(memory, { secrets });
      await secrets.regenerate(id);
      throw answerLost();
    },
    set: async (id, chosen) => {
      Object.assign(memory, { secrets });
      await secrets.set(id, chosen);
      return secrets.set(id, chosen);
    },
  };
  Object.assign(memory, { secrets: losing });
}

function answerLost(): GrantryError {
  return new GrantryError('UNREACHABLE', 'the answer of memory is lost');
}
