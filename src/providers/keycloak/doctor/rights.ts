import type { CheckFinding, Purpose } from '../../../model/check.ts';
import { fine } from '../../checks.ts';
import { needsOf } from './needs.ts';
import type { Needs } from './needs.ts';
import type { MayAnswer, Questions } from './questions.ts';
import { lackedRight } from './lacked-right.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

/** What it is where the account lacks a right: undefined where nothing that is declared takes it. */
interface Lack {
  readonly kind: 'problem' | 'risk';
  readonly why: string;
}

interface Right {
  /** The role of `realm-management`. */
  readonly role: string;
  readonly purposes: readonly Purpose[];
  readonly title: string;
  readonly ask: (questions: Questions) => Promise<MayAnswer>;
  readonly lackOf: (needs: Needs, subject: Subject) => Promise<Lack | undefined> | Lack | undefined;
}

/** A right as a check. */
export function rightCheck({ role, purposes, title, ask, lackOf }: Right): KeycloakCheck {
  return { id: role, purposes, title, look: (subject) => lookAt(subject, { role, title, ask, lackOf }) };
}

async function lookAt(subject: Subject, { role, title, ask, lackOf }: Omit<Right, 'purposes'>): Promise<CheckFinding> {
  const may = await ask(subject.questions);
  if (may === 'yes') return fine();
  const lack = await lackOf(needsOf(subject.desired), subject);
  if (lack === undefined) return fine('nothing that is declared takes it');
  const { kind, why } = lack;
  const { what, mend } = await lackedRight(subject, role);
  if (may === 'unknown') {
    const notKnown = `Whether ${title} is not known: the realm has no user by which it would show`;
    return { kind: 'unknown', what: notKnown, why, mend };
  }
  return { kind, what, why, mend };
}

export function problem(why: string): Lack {
  return { kind: 'problem', why };
}

export function risk(why: string): Lack {
  return { kind: 'risk', why };
}
