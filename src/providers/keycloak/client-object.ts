import { addressOf } from '../../model/address.ts';
import type { DesiredClient } from '../../model/desired.ts';
import { sameJson } from '../../model/json.ts';
import type { ActualCredential, ActualObject, Fields } from '../../model/state.ts';
import { viewAttributes } from './attributes.ts';
import { clientToFields } from './convert.ts';
import { ATTRIBUTE, MARK, foreignPart, parseDelivery, parseSeconds, unreadableMarks } from './marks.ts';
import type { PolicyRule } from './policy-rules.ts';
import type { ClientRepresentation } from './representations.ts';
import { NO_ROLES } from './role-names.ts';
import type { RoleAnswer } from './roles.ts';

/** What a client's object depends on beside its own representation. */
export interface ClientSetting {
  readonly desired: DesiredClient | undefined;
  /** What its fields are to be: where they are, these are taken. */
  readonly wanted?: Fields | undefined;
  readonly roles: RoleAnswer | undefined;
  readonly apiOfScope: ReadonlyMap<string, string>;
  readonly stack: string;
  /** What the realm's client policies do, where that was asked. */
  readonly rules?: readonly PolicyRule[] | undefined;
}

export function clientObject(
  client: ClientRepresentation,
  name: string,
  { desired, wanted, roles, apiOfScope, stack, rules }: ClientSetting,
): ActualObject {
  const { attributes } = client;
  const context = {
    apiOfScope,
    declaredAttributes: desired?.keycloak.attributes ?? {},
    rotateEvery: desired?.secret.rotate.every,
    roles: roles?.roles ?? NO_ROLES,
    scopeMappings: roles?.scopeMappings ?? NO_ROLES,
  };
  const unreadable = unreadableMarks(attributes);
  const view = viewAttributes(attributes, context.declaredAttributes, rules);
  const fields = clientToFields(client, context, view);
  return {
    address: addressOf('Client', name),
    id: client.id,
    owner: attributes[MARK.owner] ?? '',
    foreign: foreignPart(attributes, stack, `client ${client.clientId}`),
    // Of thousands not two copies shall lie in memory.
    fields: wanted !== undefined && sameJson(fields, wanted) ? wanted : fields,
    ...(view.unseen === undefined ? {} : { unseen: view.unseen }),
    credential: credentialOf(client),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  };
}

function credentialOf({ clientId, attributes, secret, guessable }: ClientRepresentation): ActualCredential {
  const createdAt = parseSeconds(attributes[ATTRIBUTE.secretCreatedAt]);
  const delivered = parseDelivery(attributes[MARK.delivered]);
  const previousUntil = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
  const expiresAt = parseSeconds(attributes[ATTRIBUTE.secretExpiresAt]);
  const rotateEvery = parseSeconds(attributes[MARK.every]);
  return {
    clientId,
    createdAt,
    delivered,
    ...(previousUntil === undefined ? {} : { previousUntil }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(rotateEvery === undefined ? {} : { rotateEvery }),
    ...(secret === undefined ? {} : { secret }),
    ...(guessable ? { guessable: true as const } : {}),
  };
}
