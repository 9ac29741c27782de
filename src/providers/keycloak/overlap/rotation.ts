import { z } from 'zod';
import { addressOf } from '../../../model/address.ts';
import { parseDuration } from '../../../model/text/duration.ts';
import { overlapName } from '../../../model/rotation.ts';
import type { ActualObject, DesiredObject, Fields } from '../../../model/state.ts';
import { MARK } from '../convert/marks.ts';

/**
 * What makes Keycloak keep the previous secret after a rotation: a client profile with the executor `secret-rotation` and a client
 * policy that gives it to the clients with grantry's attribute. The server has the overlap per profile.
 */
export const rotationFields = z.object({
  profile: z.object({
    name: z.string(),
    description: z.string().nullish(),
    executors: z.array(z.object({ executor: z.string(), configuration: z.json().optional() })).optional(),
  }),
  policy: z.object({
    name: z.string(),
    description: z.string().nullish(),
    enabled: z.boolean().optional(),
    conditions: z.array(z.object({ condition: z.string(), configuration: z.json().optional() })).optional(),
    profiles: z.array(z.string()).optional(),
  }),
});
export type RotationFields = z.infer<typeof rotationFields>;

/** A profile or policy of the realm, anybody's; what grantry does not know of it is kept. */
export const named = z.looseObject({ name: z.string() });
export type Named = z.infer<typeof named>;

const DAY = 86_400;

/**
 * Once this has passed since the last rotation the server refuses both secrets: an outage deadline, not the age at which
 * `rotate --due` acts. So it is as far off as can be: five years, for the server counts seconds since 1970 in 32 bits.
 */
const EXPIRATION_PERIOD = 5 * 365 * DAY;

/** The value of the attribute that chooses the policy; a stack's overlaps are its own. */
export function overlapMark(stack: string, name: string): string {
  return `${stack} ${name}`;
}

/** The overlap that a client's attributes name: of its stack by name, of another as it stands there; null: none. */
export function parseOverlapMark(attributes: Readonly<Record<string, string>>): string | null {
  const mark = attributes[MARK.rotation];
  if (!mark) return null;
  return overlapAfter(overlapMark(attributes[MARK.stack] ?? '', ''), mark) ?? mark;
}

/** The name of an overlap behind a prefix; undefined: it is another stack's, whose name begins alike. */
function overlapAfter(prefix: string, text: string): string | undefined {
  const name = text.startsWith(prefix) ? text.slice(prefix.length) : '';
  return /^[1-9]\d*[hms]$/.test(name) ? name : undefined;
}

/** The overlap as a desired object. */
export function projectOverlap(seconds: number, stack: string): DesiredObject {
  const name = overlapName(seconds);
  return {
    address: addressOf('Rotation', name),
    owner: '',
    fields: toFields(overlapFields(seconds, stack)),
    notes: {},
  };
}

function overlapFields(seconds: number, stack: string): RotationFields {
  const overlap = overlapName(seconds);
  const name = policyName(stack, overlap);
  const description = `Made by grantry: clients of the stack ${stack} keep their previous secret for ${overlap} after a rotation`;
  return {
    profile: {
      name,
      description,
      executors: [
        {
          executor: 'secret-rotation',
          configuration: {
            'expiration-period': EXPIRATION_PERIOD,
            'rotated-expiration-period': seconds,
            'remaining-rotation-period': 1,
          },
        },
      ],
    },
    policy: {
      name,
      description,
      enabled: true,
      conditions: [
        {
          condition: 'client-attributes',
          configuration: {
            attributes: JSON.stringify([{ key: MARK.rotation, value: overlapMark(stack, overlap) }]),
            'is-negative-logic': false,
          },
        },
      ],
      profiles: [name],
    },
  };
}

function policyName(stack: string, overlap: string): string {
  return `grantry ${stack} ${overlap}`;
}

/** The profile that a policy of any stack's grantry goes by, as its name says; undefined for what grantry did not make. */
export function profileOfPolicy({ name, conditions }: Named): RotationFields['profile'] | undefined {
  const [, stack, overlap] = /^grantry (.+) ([1-9]\d*[hms])$/s.exec(name) ?? [];
  const seconds = overlap === undefined ? undefined : parseDuration(overlap);
  if (stack === undefined || seconds === undefined || !JSON.stringify(conditions ?? '').includes(MARK.rotation))
    return undefined;
  return overlapFields(seconds, stack).profile;
}

/** What of the stack's the realm has, by name: that is their mark. One half alone is an object that differs. */
export function findOverlaps(profiles: readonly Named[], policies: readonly Named[], stack: string): ActualObject[] {
  const prefix = policyName(stack, '');
  const names = new Set([...profiles, ...policies].map(({ name }) => name));
  return [...names].toSorted().flatMap((name) => {
    const overlap = overlapAfter(prefix, name);
    if (overlap === undefined) return [];
    const fields = overlapAsFound(profiles, policies, name) ?? {};
    return [{ address: addressOf('Rotation', overlap), id: name, owner: '', foreign: [], fields }];
  });
}

/** What the realm has of one of these names; undefined: neither half. */
export function overlapAsFound(
  profiles: readonly Named[],
  policies: readonly Named[],
  name: string,
): Fields | undefined {
  const [profile, policy] = [profiles, policies].map((list) => list.find((each) => each.name === name));
  if (profile === undefined && policy === undefined) return undefined;
  // What a newer server adds to them is none of grantry's business.
  const found = rotationFields.safeParse({ profile: profile ?? { name }, policy: policy ?? { name } });
  // Of another form than the server gives them by itself, they are not as they are wanted, whatever it is.
  return toFields(found.data ?? { profile: { name }, policy: { name } });
}

/** Through JSON once, which knows no undefined. */
function toFields(fields: RotationFields): Fields {
  const plain: Fields = JSON.parse(JSON.stringify(fields));
  return plain;
}
