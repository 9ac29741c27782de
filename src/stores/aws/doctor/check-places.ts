import { shellWord } from '../../../model/text/shell-word.ts';
import pLimit from 'p-limit';
import type { CheckResult } from '../../../model/check.ts';
import { count, nameSome } from '../../../model/text/counting.ts';
import { fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import type { Described, SecretsApi } from '../api.ts';
import type { AwsSettings } from '../settings.ts';

const LOOKS = 8;
const MOST_NAMED = 3;

type Places = ReadonlyMap<string, Described>;

/** What lies at the places of the clients; `api` undefined: the login may not look. */
export async function checkPlaces(
  settings: AwsSettings,
  api: Pick<SecretsApi, 'describe'> | undefined,
  names: readonly string[],
): Promise<readonly CheckResult[]> {
  const limit = pLimit(LOOKS);
  const described = api === undefined ? [] : await Promise.all(names.map((name) => limit(() => api.describe(name))));
  const places: Places = new Map(described.flatMap((found, index) => (found ? [[names[index] ?? '', found]] : [])));
  return CHECKS.map(({ check, isSo, what, why, words, kind, command }) => {
    if (api === undefined) return found(check, UNSEEN);
    const these = [...places].flatMap(([name, place]) => (isSo(place) ? [name] : []));
    if (these.length === 0) return fine(check, howMany(places, names, settings));
    const commands = these.map(
      (name) => `aws secretsmanager ${command} --secret-id ${shellWord(name)} --region ${settings.region}`,
    );
    return found(check, { kind, what: `${nameSome(these, MOST_NAMED)} ${what}`, why, mend: { words, commands } });
  });
}

interface PlaceCheck {
  readonly check: Check;
  readonly isSo: (place: Described) => boolean;
  readonly kind: 'problem' | 'risk';
  readonly what: string;
  readonly why: string;
  readonly words: string;
  readonly command: string;
}

const CHECKS: readonly PlaceCheck[] = [
  {
    check: {
      id: 'deleted-secrets',
      purposes: ['apply', 'rotate', 'verify'],
      title: 'no document is going to be deleted',
    },
    isSo: ({ isDeleted }) => isDeleted,
    kind: 'risk',
    what: 'is going to be deleted by AWS',
    why: 'Until then nobody can read it, consumers neither; then it is gone with its versions.',
    words: 'Take the deletion back; grantry does so by itself when it writes there the next time.',
    command: 'restore-secret',
  },
  {
    check: { id: 'rotated-secrets', purposes: ['apply', 'rotate'], title: 'AWS rotates no document by itself' },
    isSo: ({ isRotated }) => isRotated,
    kind: 'problem',
    what: 'is rotated by AWS itself (RotationEnabled)',
    why: 'It and grantry would each replace what the other has made, so grantry refuses to write there.',
    words: 'Stop the rotation of AWS.',
    command: 'cancel-rotate-secret',
  },
];

const UNSEEN = {
  kind: 'unknown',
  what: 'The login may not look at the places',
  why: 'What lies there is not known: see describe-secrets.',
} as const;

/** A wrong region is no error at AWS. */
function howMany(places: Places, names: readonly string[], { region }: AwsSettings): string {
  return `${places.size} of ${count(names.length, 'document')} ${places.size === 1 ? 'is' : 'are'} there in ${region}`;
}
