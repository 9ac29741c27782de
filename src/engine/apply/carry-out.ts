import { isKind } from '../../model/address.ts';
import type { Change } from '../../model/plan.ts';
import { deliverClient, updateClient } from './change-client.ts';
import { createClient } from './create-client.ts';
import { deleteClient } from './delete-client.ts';
import type { CarryOutPorts, Done } from './ports.ts';
import { requireAsWritten } from '../confirm/read-back.ts';
import type { Step } from './steps.ts';
import type { FederationFacet } from '../../providers/provider.ts';

/**
 * Carries one step out. The order of its writes is such that a crash between any two of them shows as a change
 * in the next plan and loses no credential.
 */
export async function carryOut({ change, part }: Step, ports: CarryOutPorts): Promise<Done> {
  if (isKind(change.address, 'Rotation')) {
    if (change.op !== 'deliver') await ports.provider.changeOverlap(change);
    return {};
  }
  if (isKind(change.address, 'Issuer')) {
    if (change.op !== 'deliver') await federationOf(ports.provider).changeIssuer(change);
    return {};
  }
  if (isKind(change.address, 'Api')) {
    if (part === 'remove-scopes') await removeApiScopes(change, ports);
    if (part === 'add-scopes') await addApiScopes(change, ports);
    return {};
  }
  switch (change.op) {
    case 'create':
      return createClient(change, ports);
    case 'update':
    case 'adopt':
      return updateClient(change, ports);
    case 'delete':
      return deleteClient(change, ports);
    case 'deliver':
      return deliverClient(change, ports);
    default:
      return change satisfies never;
  }
}

function federationOf(provider: CarryOutPorts['provider']): FederationFacet {
  if (provider.federation === undefined) throw new TypeError(`${provider.describe()} has no issuers`);
  return provider.federation;
}

async function addApiScopes(change: Change, { provider, apiLedger }: CarryOutPorts): Promise<void> {
  if (change.op === 'delete' || change.op === 'deliver') return;
  const found = provider.capabilities.apiMarks
    ? (await provider.addApiScopes(change)).found
    : await apiLedger.recordWrite(change, () => provider.addApiScopes(change));
  await requireAsWritten(change, found, provider);
}

async function removeApiScopes(change: Change, { provider, apiLedger }: CarryOutPorts): Promise<void> {
  if (change.op === 'create' || change.op === 'deliver') return;
  await provider.removeApiScopes(change);
  if (change.op === 'delete' && !provider.capabilities.apiMarks) await apiLedger.recordDelete(change);
}
