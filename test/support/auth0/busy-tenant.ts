/** A large or troubled tenant of Auth0, and the engine at work on it. */
import { ProviderSubject } from '../../contract/provider/provider-subject.ts';
import type { AdminActions } from '../../contract/provider/provider-subject.ts';
import { apiYaml, clientYaml, yaml } from '../bench/workbench.ts';
import { startAuth0Emulator } from './start-emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { portsOver } from '../servers/ports-over.ts';
import { fetchFrom } from './fetch-from.ts';
import { textOf } from '../../../demo/auth0/emulator/json.ts';

const DOMAIN = 'acme-test.eu.auth0.com';

/** Nothing is done by hand here. */
const refuse = (): never => {
  throw new Error('nothing is done by hand in these tests');
};
const NO_ACTIONS: AdminActions = {
  create: refuse,
  secretOf: refuse,
  regenerate: refuse,
  loosen: refuse,
  remove: refuse,
  grant: refuse,
  letIn: refuse,
  clientIds: refuse,
  loseNextCreation: refuse,
  loseNextRotation: refuse,
  accepts: refuse,
};

/** A tenant under the engine, in a time that passes only by waiting. */
export class BusyTenant {
  readonly emulator: Auth0Emulator;
  readonly subject: ProviderSubject;
  /** When requests to the Management API began, in milliseconds of the fake time. */
  readonly begun: number[];

  private constructor(emulator: Auth0Emulator, subject: ProviderSubject, begun: number[]) {
    this.emulator = emulator;
    this.subject = subject;
    this.begun = begun;
  }

  static async open(requestsPerSecond: number, options: EmulatorOptions = {}): Promise<BusyTenant> {
    let now = Date.now();
    const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
    const emulator = await startAuth0Emulator({ domain: DOMAIN, now: () => now, ...options });
    const begun: number[] = [];
    const send = fetchFrom(emulator);
    const fetch: typeof globalThis.fetch = (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      if (url.includes('/api/v2/')) begun.push(now);
      return send(input, init);
    };
    const ports = portsOver(fetch, { clock, random: () => 0.5 });
    const auth = `{clientId: ${emulator.clientId}, clientSecret: "\${env:SECRET}"}`;
    const subject = new ProviderSubject({
      provider: `{auth0: {domain: ${DOMAIN}, requestsPerSecond: ${requestsPerSecond}, auth: ${auth}}}`,
      env: { SECRET: emulator.clientSecret, TOKEN: 'unused' },
      ports,
      admin: NO_ACTIONS,
      close: () => emulator.close(),
    });
    return new BusyTenant(emulator, subject, begun);
  }

  /** Names of the applications that grantry made. */
  applications(): string[] {
    return [...this.emulator.state.clients.values()]
      .flatMap(({ fields }) => (JSON.stringify(fields).includes('grantry_stack') ? [textOf(fields['name'])] : []))
      .toSorted();
  }

  /** The most requests to the Management API that began within any second. */
  busiestSecond(): number {
    return Math.max(
      ...this.begun.map((from) => this.begun.filter((time) => time >= from && time < from + 1000).length),
    );
  }

  /** Forgets what was asked so far. */
  reset(): void {
    this.emulator.reset();
    this.begun.length = 0;
  }
}

/** The names of so many services. */
export function serviceNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `service-${String(index).padStart(4, '0')}`);
}

/** An Api and so many clients that call it. */
export function estate(count: number): string {
  const clients = serviceNames(count).map((name) => clientYaml(name, 'access: [{api: stock, scopes: [stock:read]}]'));
  return yaml(apiYaml('stock', ['stock:read', 'stock:write']), ...clients);
}
