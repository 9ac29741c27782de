import { authIn, methodFor } from '../../credentials/registry.ts';
import { expectationsOf } from '../proof/expectation.ts';
import { probeOf } from './prove-rotation.ts';
import { confirmWrites } from '../confirm/confirm-writes.ts';
import { finishRotation } from './rotate.ts';
import type { RotationPorts, RotationSubject } from './subject.ts';
import { TokenClient } from '../proof/token-client.ts';
import { addressOf, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { isProven } from '../../model/report.ts';
import { isDeliveryOutdated } from '../../model/rotation.ts';
import { isDisabled, isOurs, objectsByAddress } from '../../model/state.ts';
import type { ActualObject, ActualState, Endpoints } from '../../model/state.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { documentFacts } from '../survey/document-facts.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** What rotations follow from: a part of what a plan does. */
export interface RotationInput {
  readonly desired: DesiredState;
  readonly actual: ActualState;
  readonly endpoints: Endpoints;
}

/**
 * Clients as subjects of rotation, by name; those are left out that are not the stack's, or were never delivered to this
 * store.
 */
export function rotationSubjects(
  names: ReadonlySet<string>,
  { desired, actual, endpoints }: RotationInput,
  { provider, store }: TargetPorts,
): Map<string, RotationSubject> {
  const apis = new Map(desired.apis.map((api) => [api.name, api]));
  const clients = new Map(desired.clients.map((client) => [client.name, client]));
  const objects = objectsByAddress(actual);
  const expectations = expectationsOf(desired, provider, names);
  return new Map(
    expectations.flatMap((expectation): [string, RotationSubject][] => {
      const { client: name } = expectation;
      const [object, client] = [objects.get(addressOf('Client', name)), clients.get(name)];
      if (object?.credential?.delivered === undefined || client === undefined || !isOurs(object)) return [];
      const { credential } = object;
      const { delivered } = object.credential;
      if (store.locate(delivered.path) !== delivered.place) return [];
      // As the server has it now: the manifests may ask for another way that is not applied yet.
      const auth = authIn(object.fields) ?? client.auth;
      const method = methodFor(auth);
      const { rotation } = method;
      if (rotation === undefined) return [];
      const probed = probeOf(expectation);
      const probe = {
        ...probed,
        auth,
        isBound: probed.isBound === true || isBoundNow(client, objects),
        ...(client.state === 'disabled' || isDisabled(object) ? { disabled: provider.tokens.disabled } : {}),
      };
      const isSetUp = actual.overlaps === 'supported' && typeof object.fields['overlap'] === 'string';
      const keepsPrevious = rotation.overlapEndedBy === 'grantry' || isSetUp;
      const facts = documentFacts(client, apis, endpoints);
      const { owner, credential: wanted } = client;
      const noted = credential.rotateEvery === undefined ? { rotateEvery: wanted.rotate.every } : {};
      const { overlap } = wanted.rotate;
      const how = { method, rotation, auth, keepsPrevious, overlap, probe };
      return [[name, { name, owner, id: object.id, credential, delivered, facts, ...how, ...noted }]];
    }),
  );
}

/** Whether the server takes no request without a proof, though the manifests may ask for none any more. */
function isBoundNow({ name, access }: DesiredClient, objects: ReadonlyMap<Address, ActualObject>): boolean {
  const concerned = [addressOf('Client', name), ...access.map(({ api }) => addressOf('Api', api))];
  return concerned.some((address) => objects.get(address)?.fields['senderConstrained'] === 'dpop');
}

/** How long after a change of a secret an answer that goes by the previous one is still no failure; milliseconds. */
const PATIENCE_MARGIN_MS = 5000;

export function rotationPorts(
  { provider, store }: TargetPorts,
  { desired, endpoints }: RotationInput,
  ports: HttpPorts,
): RotationPorts {
  return {
    provider,
    store,
    tokens: new TokenClient(endpoints, ports),
    clock: ports.clock,
    stack: desired.target.stack,
    patience: provider.capabilities.secretLag * 1000 + PATIENCE_MARGIN_MS,
  };
}

/** For an apply: finishes what a rotation left whose secret was issued. Nothing is rotated that was not. */
export function rotationFinisher(
  input: RotationInput,
  target: TargetPorts,
  ports: HttpPorts,
): (client: Address) => Promise<number | undefined> {
  const credentials = new Map(input.actual.objects.map(({ address, credential }) => [address, credential]));
  return async (address) => {
    const credential = credentials.get(address);
    if (credential === undefined || !isDeliveryOutdated(credential)) return undefined;
    const name = nameOf(address);
    const subject = rotationSubjects(new Set([name]), input, target).get(name);
    if (subject === undefined) return undefined;
    const rotated = await finishRotation(subject, confirmWrites(rotationPorts(target, input, ports)));
    if (rotated === undefined || isProven(rotated)) return rotated?.storeVersion;
    // What is delivered again as it is may work where this did not; only a revocation must not be forgotten.
    if (rotated.kind === 'rotate') return undefined;
    const failed = rotated.checks.find(({ outcome }) => outcome === 'failed');
    throw new GrantryError('FAILED', `a rotation that was cut off could not be finished: ${failed?.detail ?? ''}`, {
      hint: `See what the provider says of the client, then run: grantry rotate -t ${input.desired.target.name} ${name}`,
    });
  };
}
