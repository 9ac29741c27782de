import type { AccountAnswer } from '../roles/account-answer.ts';
import { addressOf } from '../../../model/address.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { ActualCredential, ActualObject, Fields } from '../../../model/state.ts';
import { viewAttributes } from '../convert/attributes.ts';
import { clientToFields, identityOf } from '../convert/convert-client.ts';
import { parseKeys, previousUntilOf } from '../convert/keys.ts';
import { CLIENT_JWT, FEDERATED_JWT } from '../fields.ts';
import { ATTRIBUTE, MARK, foreignPart, parseDelivery, parseSeconds, unreadableMarks } from '../convert/marks.ts';
import type { Attributes } from '../convert/marks.ts';
import type { PolicyRule } from '../policies/policy-rules.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { hasRoles } from '../roles/role-names.ts';

/** What a client's object depends on beside its own representation. */
export interface ClientSetting {
  readonly desired: DesiredClient | undefined;
  /** The attributes that it is to have. */
  readonly declared: Attributes;
  /** What its fields are to be: where they are, these are taken. */
  readonly wanted?: Fields | undefined;
  readonly apiOfScope: ReadonlyMap<string, string>;
  readonly stack: string;
  /** Unix seconds, of whichever clock is behind: what is still accepted has not ended. */
  readonly now: number;
  /** What the realm's client policies do, where that was asked. */
  readonly rules?: readonly PolicyRule[] | undefined;
}

export function clientObject(
  client: ClientRepresentation,
  name: string,
  { desired, declared, wanted, apiOfScope, stack, now, rules }: ClientSetting,
): ActualObject {
  const { attributes } = client;
  const context = {
    apiOfScope,
    declaredAttributes: declared,
    rotateEvery: desired?.credential.rotate.every,
    now,
  };
  const unreadable = unreadableMarks(attributes);
  const view = viewAttributes(attributes, declared, rules);
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

/** The object with what was found out about its service account. */
export function withAccess(object: ActualObject, answer: AccountAnswer | undefined): ActualObject {
  if (answer === undefined) return object;
  const { serviceAccount, roles, groups, scopeMappings } = answer;
  const { credential } = object;
  const isUsual = serviceAccount === 'enabled' && groups.length === 0 && !hasRoles(roles) && !hasRoles(scopeMappings);
  if (isUsual) return object;
  const unusable = serviceAccount === 'enabled' ? undefined : `its service account is ${WORDS[serviceAccount]}`;
  return {
    ...object,
    fields: { ...object.fields, serviceAccount, roles, groups, scopeMappings },
    ...(unusable === undefined || credential === undefined ? {} : { credential: { ...credential, unusable } }),
  };
}

const WORDS = { disabled: 'disabled', missing: 'gone' };

function credentialOf(client: ClientRepresentation): ActualCredential {
  const { clientId, attributes, enabled } = client;
  const rotateEvery = parseSeconds(attributes[MARK.every]);
  return {
    clientId,
    delivered: parseDelivery(attributes[MARK.delivered]),
    ...shownOf(client),
    ...(rotateEvery === undefined ? {} : { rotateEvery }),
    ...(enabled ? {} : { unusable: 'it is disabled' }),
  };
}

function shownOf(client: ClientRepresentation): Shown {
  switch (client.clientAuthenticatorType) {
    case CLIENT_JWT:
      return keyOf(client);
    case FEDERATED_JWT:
      return federatedOf(client);
    default:
      return secretOf(client);
  }
}

/** The secret that the server keeps beside is of no use, and nothing else has an age. */
function federatedOf({ attributes }: ClientRepresentation): Shown {
  const identity = identityOf(attributes);
  return { createdAt: undefined, ...(identity === null ? {} : { identity }) };
}

type Shown = Omit<ActualCredential, 'clientId' | 'delivered'>;

/** The secret that the server keeps beside is of no use. */
function keyOf({ attributes }: ClientRepresentation): Shown {
  const keys = parseKeys(attributes);
  const previousUntil = previousUntilOf(keys);
  return {
    createdAt: keys.present?.madeAt,
    ...(keys.present === undefined ? {} : { keyId: keys.present.kid }),
    ...(previousUntil === undefined ? {} : { previousUntil }),
  };
}

function secretOf({ attributes, secret, ...client }: ClientRepresentation): Shown {
  const previousUntil = parseSeconds(attributes[ATTRIBUTE.rotatedExpiresAt]);
  const expiresAt = parseSeconds(attributes[ATTRIBUTE.secretExpiresAt]);
  return {
    createdAt: parseSeconds(attributes[ATTRIBUTE.secretCreatedAt]),
    ...(previousUntil === undefined ? {} : { previousUntil }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(secret === undefined ? {} : { present: { kind: 'client-secret' as const, secret } }),
    ...(client.guessable ? { guessable: true as const } : {}),
    ...(client.previousGuessable ? { previousGuessable: true as const } : {}),
  };
}
