import { addressOf } from '../../model/address.ts';
import type { Kind } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { Estate, EstateApi, EstateClient, EstateMark, LeftOut } from '../../model/estate.ts';
import type { DeclaredObject } from '../../model/import-report.ts';
import { shellWord } from '../../model/text/shell-word.ts';
import { compareText } from '../../manifest/values.ts';
import { declaredIn, declaredLeftOut, isOfOthers } from './declared.ts';
import type { Declared } from './declared.ts';
import { undeclaredClients } from './undeclared.ts';
import type { UndeclaredClients } from './undeclared.ts';

/** What there is, by what import makes of it; each list in the order of its ids, whatever order it was read in. */
export interface SortedEstate extends UndeclaredClients {
  /** To be declared. */
  readonly apis: readonly EstateApi[];
  readonly clients: readonly EstateClient[];
  readonly declared: readonly DeclaredObject[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Parts what is to be declared from the rest: existing manifests win. Of Apis, `onlyNeeded` takes those alone that these
 * clients may call.
 */
export function sortEstate(estate: Estate, desired: DesiredState, onlyNeeded: boolean): SortedEstate {
  const { stack } = desired.target;
  const ordered = inOrderOfIds(estate);
  const declared = declaredIn(desired);
  const undeclared = undeclaredClients(estate, desired);
  const ignored = new Set(undeclared.ignored.map(({ id }) => id));
  const open = ordered.clients.filter((client) => declared.client(client) === undefined);
  const own = open.filter((client) => !isOfOthers(client, stack) && !ignored.has(client.clientId));
  const clients = own.filter((client) => !isDeliveredByNobody(client));
  const needed = new Set(clients.flatMap(({ access }) => access.map(({ audience }) => audience)));
  const openApis = ordered.apis.filter((api) => declared.api(api) === undefined);
  // What others own may be granted all the same.
  const isWanted = (api: EstateApi): boolean => needed.has(api.audience) || !(onlyNeeded || isOfOthers(api, stack));
  return {
    ...undeclared,
    apis: openApis.filter(isWanted),
    clients,
    declared: declaredObjects(ordered, declared),
    leftOut: [
      ...openApis
        .filter((api) => !isWanted(api) && isOfOthers(api, stack))
        .map((api) => ofOthers('Api', api.audience, api)),
      ...open
        .filter((client) => isOfOthers(client, stack))
        .map((client) => ofOthers('Client', client.clientId, client)),
      ...own.filter(isDeliveredByNobody).map(deliveredBefore),
      ...ordered.leftOut
        .filter((object) => declaredLeftOut(object, declared) === undefined)
        .filter(({ kind, id }) => !(kind === 'Client' && ignored.has(id)))
        .map((object) => leftToOthers(object, stack)),
    ],
  };
}

function inOrderOfIds({ apis, clients, leftOut }: Estate): Estate {
  return {
    apis: apis.toSorted((one, other) => compareText(one.audience, other.audience)),
    clients: clients.toSorted((one, other) => compareText(one.clientId, other.clientId)),
    leftOut: leftOut.toSorted((one, other) => compareText(one.kind, other.kind) || compareText(one.id, other.id)),
  };
}

function declaredObjects({ apis, clients, leftOut }: Estate, declared: Declared): DeclaredObject[] {
  return [
    ...apis.flatMap((api) => declaredAs('Api', api.audience, declared.api(api))),
    ...clients.flatMap((client) => declaredAs('Client', client.clientId, declared.client(client))),
    ...leftOut.flatMap((object) =>
      object.kind === 'ClientScope' ? [] : declaredAs(object.kind, object.id, declaredLeftOut(object, declared)),
    ),
  ];
}

function declaredAs(kind: Kind, id: string, name: string | undefined): DeclaredObject[] {
  return name === undefined ? [] : [{ address: addressOf(kind, name), id }];
}

/** Its mark is gone, and consumers may still read what was delivered. */
function isDeliveredByNobody({ delivered, mark }: EstateClient): boolean {
  return delivered !== undefined && mark === undefined;
}

function deliveredBefore({ clientId, displayName, facts, delivered }: EstateClient): LeftOut {
  return {
    kind: 'Client',
    id: clientId,
    displayName,
    facts,
    reason: 'delivered-before',
    why: `Its credential was delivered to ${delivered?.place ?? ''}, and it carries the mark of no stack any more.`,
    todo: `Declare it by hand with credential.path: ${delivered?.path ?? ''}, so that its consumers find it where it is, and plan with --adopt.`,
  };
}

function leftToOthers(object: LeftOut, stack: string): LeftOut {
  const { kind, id } = object;
  return kind === 'ClientScope' || !isOfOthers(object, stack) ? object : ofOthers(kind, id, object);
}

type Named = Pick<EstateApi, 'displayName' | 'facts'> & { readonly mark?: EstateMark | undefined };

function ofOthers(kind: 'Api' | 'Client', id: string, object: Named): LeftOut {
  const { mark, displayName, facts } = object;
  const address = addressOf(kind, mark?.name ?? 'NAME');
  return {
    kind,
    id,
    displayName,
    facts,
    reason: 'other-stack',
    why: `It belongs to the stack ${mark?.stack ?? ''}.`,
    todo: `Leave it to that stack. To take it over, declare it and plan with --adopt ${shellWord(`${address}@${mark?.stack ?? ''}`)}.`,
  };
}
