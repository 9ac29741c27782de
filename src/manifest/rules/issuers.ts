import { isDeepStrictEqual } from 'node:util';
import type { DesiredIssuer } from '../../model/target.ts';
import { chosen } from '../backends.ts';
import { issuersIn } from '../resolve/resolve-target.ts';
import type { Problem, TargetManifest } from '../types.ts';
import { placeOf, problemIn } from './rule.ts';
import type { Remark } from './rule.ts';
import type { World } from './world.ts';

/** A Target with the issuers that it names. */
interface Issuing {
  readonly target: TargetManifest;
  readonly stack: string;
  readonly noun: string;
  /** From the root of the document. */
  readonly path: readonly string[];
  readonly issuers: readonly DesiredIssuer[];
}

/** One realm has one identity provider of an alias: two Targets must not make two things of it, and only one stack owns it. */
export function* checkIssuers(world: World): Iterable<Problem> {
  const byHome = new Map<string, Issuing[]>();
  for (const target of world.targets) {
    const issuing = issuingOf(target, world);
    if (issuing === undefined) continue;
    const others = byHome.get(issuing.home) ?? [];
    for (const other of others) yield* compare(issuing, other);
    byHome.set(issuing.home, [...others, issuing]);
  }
}

function issuingOf(target: TargetManifest, { language }: World): (Issuing & { readonly home: string }) | undefined {
  const { spec } = target;
  if (spec === undefined) return undefined;
  const { backend, spec: settings } = chosen(language.backends.providers, spec.provider);
  const issuers = issuersIn(spec, language.backends);
  if (issuers === undefined) return undefined;
  const home = JSON.stringify([backend.kind, backend.home.name(settings)]);
  const path = ['spec', 'provider', backend.kind, 'issuers'];
  return { target, stack: spec.stack, noun: backend.home.noun, path, issuers, home };
}

function* compare(issuing: Issuing, other: Issuing): Iterable<Problem> {
  const { target, path, noun } = issuing;
  const where = `Target ${other.target.name} (${placeOf(other.target)})`;
  const say = (name: string, remark: Pick<Remark, 'rule' | 'message'>): Problem =>
    problemIn(target, { ...remark, path: [...path, name], part: 'key' });
  for (const issuer of issuing.issuers) {
    const twin = other.issuers.find(({ alias }) => alias === issuer.alias);
    const what = `of the alias "${issuer.alias}" in the same ${noun}`;
    if (twin === undefined) {
      if (issuing.stack === other.stack && issuer.url !== undefined) yield say(issuer.name, onlyHere(where, noun));
    } else if (issuer.url !== undefined && twin.url !== undefined && issuing.stack !== other.stack) {
      const message = `${where} of the stack ${other.stack} makes the issuer ${what}: leave url out here, so that it is used as it is there`;
      yield say(issuer.name, { rule: 'two-issuer-owners', message });
    } else if (areDifferent(issuer, twin)) {
      const message = `${where} has another issuer ${what}: give both the same settings, or one of them another alias`;
      yield say(issuer.name, { rule: 'different-issuers', message });
    }
  }
  if (issuing.stack !== other.stack) return;
  const missing = other.issuers.find(
    ({ alias, url }) => url !== undefined && !issuing.issuers.some((issuer) => issuer.alias === alias),
  );
  if (missing !== undefined) {
    const message = `${where} of the same ${noun} and stack makes the issuer ${missing.name}, which an apply of this Target would delete: declare it here, too`;
    yield problemIn(target, { rule: 'missing-issuer', message, path, part: 'key' });
  }
}

function onlyHere(where: string, noun: string): Pick<Remark, 'rule' | 'message'> {
  const message = `${where} of the same ${noun} and stack does not name this issuer, so that an apply of it would delete it: declare it there, too`;
  return { rule: 'missing-issuer', message };
}

/** One that leaves the URL out takes what the other makes. */
function areDifferent(one: DesiredIssuer, other: DesiredIssuer): boolean {
  if (one.url === undefined || other.url === undefined) return false;
  return !isDeepStrictEqual({ ...one, name: '' }, { ...other, name: '' });
}
