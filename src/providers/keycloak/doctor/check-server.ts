import type { CheckFinding } from '../../../model/check.ts';
import { PURPOSES } from '../../../model/check.ts';
import { byHand, fine } from '../../checks.ts';
import { askClientFlow } from '../issuers/client-flow.ts';
import type { ServerFacts } from '../versions/server-info.ts';
import { compareVersions, hasTrait, TRAITS } from '../versions/traits.ts';
import type { TraitName } from '../versions/traits.ts';
import { needsOf } from './needs.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

/** The oldest version that grantry is tested with. */
const OLDEST = '26.0';

/** What of the server itself matters to what is declared. */
export const SERVER: readonly KeycloakCheck[] = [
  {
    id: 'version',
    purposes: PURPOSES,
    title: `the server is Keycloak ${OLDEST} or later`,
    look: async ({ server }) => versionFinding(await server.read()),
  },
  {
    id: 'secret-rotation',
    purposes: ['rotate'],
    title: 'the server keeps the previous secret for the overlap',
    look: (subject) =>
      featureFinding(subject, {
        isNeeded: needsOf(subject.desired).overlaps,
        feature: 'CLIENT_SECRET_ROTATION',
        without: {
          kind: 'risk',
          why: 'Overlaps are declared: without it a rotation cuts off every consumer that has not read the new secret.',
        },
        trait: 'overlapsByDefault',
      }),
  },
  {
    id: 'dpop',
    purposes: ['verify'],
    title: 'the server binds tokens to keys',
    look: (subject) =>
      featureFinding(subject, {
        isNeeded: subject.desired.apis.some(({ senderConstrained }) => senderConstrained !== undefined),
        feature: 'DPOP',
        without: {
          kind: 'problem',
          why: 'Apis are declared senderConstrained: without it their tokens are for whoever bears them, and proofs fail.',
        },
        trait: 'senderConstraint',
      }),
  },
  {
    id: 'typed-tokens',
    purposes: ['verify'],
    title: 'the server types tokens as at+jwt',
    look: typedTokens,
  },
  {
    id: 'workload-logins',
    purposes: ['apply', 'verify'],
    title: 'clients can log in as workloads',
    look: workloadLogins,
  },
];

/** Also where the server is older than it is known to be. */
export function versionFinding(facts: ServerFacts | undefined): CheckFinding {
  if (facts === undefined) {
    const what = 'Which Keycloak this is is not known: the account may not read /admin/serverinfo';
    return { kind: 'unknown', what, why: 'What it can do is not known either.' };
  }
  if (compareVersions(facts.version, OLDEST) >= 0)
    return fine(facts.isExact ? facts.version : `${facts.version} or later`);
  return {
    kind: 'problem',
    what: `The server is Keycloak ${facts.version}`,
    why: `grantry is tested with ${OLDEST} and later; older ones lose service accounts, or do not have what it writes.`,
    mend: byHand(`Upgrade the server to ${OLDEST} or later.`),
  };
}

interface Feature {
  readonly isNeeded: boolean;
  /** As the server lists it. */
  readonly feature: string;
  readonly without: { readonly kind: 'problem' | 'risk'; readonly why: string };
  /** What says from when on it is there by default. */
  readonly trait: TraitName;
}

async function featureFinding(
  { server }: Subject,
  { isNeeded, feature, without, trait }: Feature,
): Promise<CheckFinding> {
  if (!isNeeded) return fine('nothing that is declared takes it');
  const facts = await server.read();
  const name = feature.toLowerCase().replaceAll('_', '-');
  if (facts === undefined) {
    const what = `Whether the feature ${name} is on is not known: the account may not read /admin/serverinfo`;
    return { kind: 'unknown', what, why: without.why };
  }
  if (facts.features.has(feature)) return fine();
  const words = `Start the server with --features=${name}. From ${TRAITS[trait].since} on it is on by default.`;
  return {
    kind: without.kind,
    what: `The server has the feature ${name} switched off`,
    why: without.why,
    mend: byHand(words),
  };
}

async function typedTokens({ server, desired }: Subject): Promise<CheckFinding> {
  if (desired.apis.every(({ tokenType }) => tokenType !== 'at+jwt')) return fine('nothing that is declared takes it');
  const facts = await server.read();
  const why = 'Apis are declared with tokens of the type at+jwt: the proofs of their clients fail.';
  if (facts === undefined) return { kind: 'unknown', what: 'The version of the server is not known', why };
  if (hasTrait('typedTokens', facts.version)) return fine();
  const words = `Upgrade the server to ${TRAITS.typedTokens.since} or later, or declare no token.type.`;
  return { kind: 'problem', what: `Keycloak ${facts.version} types no tokens`, why, mend: byHand(words) };
}

const FEDERATED = 'CLIENT_AUTH_FEDERATED';

async function workloadLogins(subject: Subject): Promise<CheckFinding> {
  const { workloads: isNeeded } = needsOf(subject.desired);
  const feature = await featureFinding(subject, {
    isNeeded,
    feature: FEDERATED,
    without: { kind: 'problem', why: 'Clients are declared that log in as workloads: none of them can.' },
    trait: 'federatedIdentities',
  });
  if (!isNeeded || feature.kind !== 'fine') return feature;
  const flow = await askClientFlow(subject.api);
  if (flow === 'complete') return fine();
  const why = 'Every client that logs in as a workload is refused where the flow of the realm lacks it.';
  if (flow === 'unknown') {
    return { kind: 'unknown', what: 'The account may not see how clients of the realm authenticate (view-realm)', why };
  }
  const [what = '', words = ''] = flow.why.split('. ');
  return { kind: 'problem', what: `As it is, ${what}`, why, mend: byHand(`${words}.`) };
}
