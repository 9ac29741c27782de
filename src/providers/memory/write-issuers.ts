import { nameOf } from '../../model/address.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../model/plan.ts';
import type { Fields } from '../../model/state.ts';
import type { Evaluation, FoundCredential } from '../provider.ts';
import { clientIdOf, grantedIn, textIn, workloadOf } from './fields.ts';
import type { ClientPorts, MemoryObjects } from './objects.ts';

/** Makes, changes or takes away an issuer. */
export function changeIssuer(
  objects: MemoryObjects,
  change: CreateChange | UpdateChange | AdoptChange | DeleteChange,
): Fields | undefined {
  if (change.op === 'delete') return objects.remove(change.id)?.fields;
  if (change.op === 'create') return objects.add('Issuer', nameOf(change.address), change.after).fields;
  const object = objects.get(change.id);
  object.fields = change.after;
  return object.fields;
}

export function readIdentity({ objects, capabilities }: ClientPorts, id: string): FoundCredential {
  const object = objects.get(id);
  const found = workloadOf(object);
  return {
    id,
    clientId: clientIdOf(object, capabilities),
    credential: found === undefined ? undefined : { kind: 'federated-jwt', ...found },
    createdAt: undefined,
  };
}

/** What a token of the client would say. */
export function evaluate(
  { objects, capabilities, now }: ClientPorts,
  clientId: string,
  { scope = '' }: Readonly<Record<string, string>>,
): Evaluation {
  const client = objects.all.find((each) => each.kind === 'Client' && clientIdOf(each, capabilities) === clientId);
  if (client === undefined) return { why: `there is no client ${clientId}` };
  const asked = scope.split(' ');
  const carried = objects.all.flatMap((api) => {
    const { scopes, onRequest } = grantedIn(client.fields, api.name);
    const all = [...scopes, ...onRequest.filter((name) => asked.includes(name))];
    return api.kind === 'Api' && all.length > 0 ? [{ audience: textIn(api.fields, 'audience'), all }] : [];
  });
  const [aud, said] = [carried.map(({ audience }) => audience), carried.flatMap(({ all }) => all).join(' ')];
  return { claims: { azp: clientId, aud, scope: said, iat: now, exp: now + 300 } };
}
