import type { DesiredState } from '../../../src/model/desired.ts';
import { testTarget } from '../bench/random-states.ts';

/** A stack whose clients have their documents at these paths. */
export function desiredAt(
  paths: readonly string[],
  { stack = 'acme-platform', overlap = 172_800 }: { readonly stack?: string; readonly overlap?: number } = {},
): DesiredState {
  const clients = paths.map((path, index): DesiredState['clients'][number] => ({
    name: `client-${index}`,
    clientId: `client-${index}`,
    owner: 'team-checkout',
    description: '',
    labels: {},
    state: 'enabled',
    access: [],
    auth: 'client_secret_basic',
    credential: { path, rotate: { every: 7_776_000, overlap } },
    settings: { kind: 'memory' },
    position: { file: 'clients.yaml', line: index + 1, column: 1 },
  }));
  return { target: testTarget(stack), apis: [], clients, overlaps: [overlap] };
}
