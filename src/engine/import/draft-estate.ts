import { addressOf } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { EstateApi, EstateClient, LeftOut } from '../../model/estate.ts';
import { provenance } from './comments.ts';
import type { Provenance } from './comments.ts';
import { isOfOthers } from './declared.ts';
import type { Draft } from './draft.ts';
import { apiManifest, clientManifest } from './manifest-values.ts';
import type { DocumentContext } from './manifest-values.ts';
import { nameEstate } from './naming/name-estate.ts';
import type { Names, TakenNames } from './naming/name-estate.ts';
import { ownerOf } from './naming/owner.ts';
import { renderDocument } from './render-document.ts';
import type { SortedEstate } from './sort-estate.ts';

/** What documents are written with. */
export interface DraftOptions {
  readonly context: DocumentContext;
  readonly provenance: Provenance;
  readonly ownerFrom: string | undefined;
  readonly taken: TakenNames;
  /** Names of Clients by client_id that manifests declare, but not for this Target. */
  readonly elsewhere: ReadonlyMap<string, string>;
}

/** What the documents of one import refer to each other by. */
interface References {
  readonly names: Names;
  /** Names of Apis by audience, those of existing manifests too. */
  readonly apis: ReadonlyMap<string, string>;
  /** Names of Clients by client_id, those of existing manifests too. */
  readonly clients: ReadonlyMap<string, string>;
  readonly stack: string;
}

/** A document for each object that is to be declared, Apis first; nothing of them is checked yet. */
export function draftEstate(
  { apis, clients }: Pick<SortedEstate, 'apis' | 'clients'>,
  desired: DesiredState,
  options: DraftOptions,
): Draft[] {
  const names = nameEstate({ apis, clients }, options.taken);
  const references = {
    names,
    apis: new Map([...desired.apis.map(({ audience, name }) => [audience, name] as const), ...names.apis]),
    clients: new Map([...desired.clients.map(({ clientId, name }) => [clientId, name] as const), ...names.clients]),
    stack: desired.target.stack,
  };
  return [
    ...apis.map((api) => draftApi(api, references, options)),
    ...clients.map((client) => draftClient(client, references, options)),
  ];
}

function draftApi(
  api: EstateApi,
  { names, clients, stack }: References,
  { ownerFrom, context, provenance: from }: DraftOptions,
): Draft {
  const name = nameIn(names.apis, api.audience);
  const owner = ownerOf(api, ownerFrom);
  const introspectedBy = api.introspectedBy === undefined ? undefined : clients.get(api.introspectedBy);
  const managed = !isOfOthers(api, stack);
  const manifest = apiManifest(api, { name, owner, introspectedBy, managed }, context);
  const text = renderDocument(manifest, provenance(api, from));
  return { kind: 'Api', address: addressOf('Api', name), id: api.audience, owner, manifest, text, source: api };
}

function draftClient(
  client: EstateClient,
  { names, apis }: References,
  { ownerFrom, context, provenance: from, elsewhere }: DraftOptions,
): Draft {
  const name = nameIn(names.clients, client.clientId);
  const owner = ownerOf(client, ownerFrom);
  const manifest = clientManifest(client, { name, owner }, apis, context);
  return {
    kind: 'Client',
    address: addressOf('Client', name),
    id: client.clientId,
    owner,
    manifest,
    text: renderDocument(manifest, [...provenance(client, from), ...elsewhereNote(elsewhere.get(client.clientId))]),
    source: client,
    needs: client.access.map(({ audience }) => addressOf('Api', apis.get(audience) ?? audience)),
  };
}

function elsewhereNote(name: string | undefined): string[] {
  if (name === undefined) return [];
  return [
    `Client/${name} has this client_id in other Targets: make one manifest of the two with spec.overrides, if they are one service`,
  ];
}

/** What narrower thing would do for an object that is left out, as YAML; undefined: nobody knows. */
export function proposalFor(
  { proposal }: LeftOut,
  apis: ReadonlyMap<string, string>,
  { ownerFrom, context, taken }: DraftOptions,
): string | undefined {
  if (proposal === undefined) return undefined;
  const { clients } = nameEstate({ apis: [], clients: [proposal] }, taken);
  const identity = { name: nameIn(clients, proposal.clientId), owner: ownerOf(proposal, ownerFrom) };
  return renderDocument(clientManifest(proposal, identity, apis, context), proposal.notes);
}

function nameIn(names: ReadonlyMap<string, string>, id: string): string {
  const name = names.get(id);
  if (name === undefined) throw new TypeError(`nothing was named for ${id}`);
  return name;
}
