import { expect, it } from 'vitest';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { MemoryStore } from '../../stores/memory/index.ts';
import { confirmWrites } from './confirm-writes.ts';

it('confirmWrites: covers the provider, the store, and the store of before', async () => {
  const [store, formerStore] = [new MemoryStore(), new MemoryStore()];
  const { provider } = new MemoryBench();
  for (const one of [store, formerStore]) one.mark = async () => undefined;
  provider.deleteClient = async () => undefined;
  const { id } = provider.plant('Client', { clientId: 'orders' }, 'orders');
  const confirmed = confirmWrites({ provider, store, formerStore });
  const mark = { stack: 'acme', client: 'orders', owner: '', state: 'retired' } as const;
  await expect(confirmed.store.mark('orders', mark)).rejects.toThrow('it has none');
  await expect(confirmed.formerStore?.mark('orders', mark)).rejects.toThrow('it has none');
  const gone = { op: 'delete', address: 'Client/orders', owner: '', reason: '', dependsOn: [], notes: {} } as const;
  await expect(confirmed.provider.deleteClient({ ...gone, id, before: {} })).rejects.toThrow('still there');
});
