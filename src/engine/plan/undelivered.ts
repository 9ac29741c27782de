import { needsOther } from '../../credentials/registry.ts';
import { addressOf } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import { ANY, authName, signingAlgOf } from '../../model/auth-method.ts';
import type { Conflict } from '../../model/plan.ts';
import { isOwnAccount, objectsByAddress } from '../../model/state.ts';
import type { ActualObject, ActualState, DesiredObject, Fields } from '../../model/state.ts';

/**
 * Whether the credential of a client that is there is its owner's: grantry has delivered none, and is not to.
 */
export function isKeptByOwner({ credential: { deliver } }: DesiredClient, object: ActualObject): boolean {
  return deliver === false && object.credential?.delivered === undefined;
}

/** Fields that are of the credential alone, in any provider's fields. */
const OF_CREDENTIAL = ['strayKeys', 'endedKeys'] as const;

/** What objects are to be, where their owners keep the credential: what is of that alone stays as it is. */
export function withOwnersCredentials(
  projected: readonly DesiredObject[],
  { clients }: Pick<DesiredState, 'clients'>,
  actual: Pick<ActualState, 'objects'>,
): readonly DesiredObject[] {
  const kept = new Map(ownersFields(clients, actual));
  if (kept.size === 0) return projected;
  return projected.map((object) => {
    const fields = kept.get(object.address);
    return fields === undefined ? object : { ...object, fields: { ...object.fields, ...fields } };
  });
}

function ownersFields(clients: readonly DesiredClient[], actual: Pick<ActualState, 'objects'>): [string, Fields][] {
  const actualOf = objectsByAddress(actual);
  return clients.flatMap((client): [string, Fields][] => {
    const address = addressOf('Client', client.name);
    const object = actualOf.get(address);
    if (object === undefined || !isKeptByOwner(client, object)) return [];
    return [[address, keptFields(object.fields)]];
  });
}

/** Where the provider takes whatever a key signs with, that stays so. */
function keptFields(fields: Fields): Fields {
  const names = fields['signingAlg'] === ANY ? [...OF_CREDENTIAL, 'signingAlg'] : OF_CREDENTIAL;
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

/** Clients of which no credential is to be delivered, and that cannot do without: there is none yet, it is to be another one, or one was delivered. */
export function undeliveredConflicts({ clients }: Pick<DesiredState, 'clients'>, actual: ActualState): Conflict[] {
  const actualOf = objectsByAddress(actual);
  return clients.flatMap((client): Conflict[] => {
    if (client.credential.deliver !== false) return [];
    const address = addressOf('Client', client.name);
    const object = actualOf.get(address);
    if (object === undefined) {
      return [
        {
          address,
          reason: 'it is not there, and with credential.deliver: false nobody would get the credential of a new one',
          hint: 'That is for a client that is there already: take credential.deliver out to have it made.',
        },
      ];
    }
    if (isOwnAccount(object, actual)) return [];
    const delivered = object.credential?.delivered;
    if (delivered !== undefined) {
      return [
        {
          address,
          reason: `its credential was delivered to ${delivered.place}, where consumers may read it, and with credential.deliver: false nobody would keep that up`,
          hint: 'Take credential.deliver out.',
        },
      ];
    }
    if (!needsAnother(object.fields, client)) return [];
    return [
      {
        address,
        reason: `with ${authName(client.auth)} it needs another credential, and with credential.deliver: false nobody would get that`,
        hint: 'Take credential.deliver out, or let spec.auth say how it authenticates now.',
      },
    ];
  });
}

/** A key that may sign with anything can sign with what is declared. */
function needsAnother(fields: Fields, { auth }: DesiredClient): boolean {
  const alg = signingAlgOf(auth);
  return needsOther(alg !== null && fields['signingAlg'] === ANY ? { ...fields, signingAlg: alg } : fields, auth);
}
