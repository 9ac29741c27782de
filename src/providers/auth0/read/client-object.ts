import { addressOf } from '../../../model/address.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import type { ActualCredential, ActualObject } from '../../../model/state.ts';
import { applicationToFields, unseenMetadata } from '../convert/convert.ts';
import { keysIn, usesKeys } from '../convert/keys.ts';
import { foreignPart, MARK, parseDelivery, parseName, unreadableMarks } from '../convert/marks.ts';
import type { Application, ClientGrant } from '../convert/representations.ts';
import type { ClientFields } from '../fields.ts';
import { metadataOf } from '../project.ts';

export interface ApplicationSetting {
  readonly desired: DesiredClient | undefined;
  readonly grants: readonly ClientGrant[];
  /** Names of Apis by audience. */
  readonly apiOf: ReadonlyMap<string, string>;
  readonly stack: string;
  /** Unix seconds. */
  readonly now: number;
}

/** An application as a client of the stack, or as what stands in the way of one. */
export function clientObject(
  app: Application,
  name: string,
  { desired, grants, apiOf, stack, now }: ApplicationSetting,
): ActualObject {
  const declared = desired === undefined ? {} : metadataOf(desired);
  const rotateEvery = desired?.credential.rotate.every;
  const fields = applicationToFields(app, grants, { apiOf, declared, rotateEvery, now });
  const unseen = unseenMetadata(app.client_metadata, fields);
  return {
    address: addressOf('Client', name),
    id: app.client_id,
    owner: app.client_metadata[MARK.owner] ?? '',
    foreign: foreignPart(app.client_metadata, stack, `application ${app.name} (${app.client_id})`),
    fields,
    ...(unseen === undefined ? {} : { unseen }),
    credential: credentialOf(app, fields),
    ...unreadableIn(app),
  };
}

function credentialOf(app: Application, { enabled }: Pick<ClientFields, 'enabled'>): ActualCredential {
  const { client_id: clientId, client_metadata: metadata } = app;
  const { rotateEvery } = parseName(metadata);
  return {
    clientId,
    delivered: parseDelivery(metadata),
    ...(usesKeys(app) ? keyOf(app) : secretOf(app)),
    ...(rotateEvery === undefined ? {} : { rotateEvery }),
    ...(enabled ? {} : { unusable: 'it is disabled' }),
  };
}

type Shown = Pick<ActualCredential, 'createdAt' | 'keyId' | 'previousUntil' | 'present'>;

function keyOf(app: Application): Shown {
  const { present, previous } = keysIn(app);
  return {
    createdAt: present?.createdAt,
    ...(present === undefined ? {} : { keyId: present.keyId }),
    ...(previous === undefined ? {} : { previousUntil: previous.until }),
  };
}

function secretOf({ client_secret: secret }: Application): Shown {
  const present = secret === undefined ? {} : { present: { kind: 'client-secret' as const, secret } };
  return { createdAt: undefined, ...present };
}

function unreadableIn({ client_metadata: metadata }: Application): Pick<ActualObject, 'unreadable'> {
  const unreadable = unreadableMarks(metadata);
  return unreadable.length === 0 ? {} : { unreadable };
}
