/** A target whose servers are in memory, as commands get it. */
import { Readable } from 'node:stream';
import type { CommandIo } from '../../../src/cli/context.ts';
import type { OpenTarget } from '../../../src/engine/run/open-target.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import { WriteGuard } from '../../../src/platform/write-guard.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { captureIo } from '../process/captured-io.ts';
import type { MemoryBench } from './memory-bench.ts';

export function opened(
  { provider, store }: Pick<MemoryBench, 'provider' | 'store'>,
  desired: DesiredState,
): { readonly target: OpenTarget } {
  return { target: { desired, provider, store, ports: systemPorts(), writeGuard: new WriteGuard() } };
}

/** A terminal at which somebody types this. */
export function typed(text: string): CommandIo {
  const { io } = captureIo();
  return { ...io, stdin: { stream: Readable.from([text]), isTerminal: true, turn: async () => undefined } };
}
