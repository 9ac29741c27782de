import type { CheckFinding, CheckResult, Purpose } from '../../../model/check.ts';
import { nameSome } from '../../../model/text/counting.ts';
import { fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import type { StoreEntry } from '../../store.ts';
import type { MountConfig } from '../convert.ts';
import type { VaultSettings } from '../settings.ts';
import { command } from './command.ts';

/** What is known of how long documents last. */
export interface Lifetimes {
  /** Of the mount; undefined: the login may not read it. */
  readonly config: MountConfig | undefined;
  /** Of places that are there, by their paths in the mount; or why they could not be looked at. */
  readonly places: ReadonlyMap<string, StoreEntry> | string;
  /** Whether any client has a rotation with an overlap. */
  readonly hasOverlaps: boolean;
}

const OF_WRITERS: readonly Purpose[] = ['apply', 'rotate'];
const MOST_NAMED = 3;

/** What the server deletes by itself, and what it refuses to take. */
export function checkLifetimes(settings: VaultSettings, lifetimes: Lifetimes): readonly CheckResult[] {
  const marks = settings.kind === 'openbao' ? [checkMarks(settings, lifetimes)] : [];
  return [checkVanishing(settings, lifetimes), checkVersions(settings, lifetimes), ...marks];
}

function checkVanishing(settings: VaultSettings, lifetimes: Lifetimes): CheckResult {
  const check: Check = { id: 'vanishing', purposes: OF_WRITERS, title: 'no document is deleted by the server itself' };
  const after = lifetimes.config?.deletesAfter;
  const own = ownLimits(lifetimes, ({ limits }) => limits?.vanishing !== undefined);
  const ending = ownLimits(lifetimes, ({ vanishesAt }) => vanishesAt !== undefined);
  const places = [...new Set([...own, ...ending])].toSorted();
  if (after === undefined && places.length === 0) return fineOrUnknown(check, lifetimes);
  const { mount } = settings;
  const ofMount = after === undefined ? [] : [`${mount}/ deletes every version ${after} after it was written`];
  const ofPlaces = places.length === 0 ? [] : [`${nameSome(named(settings, places), MOST_NAMED)} will vanish`];
  return found(check, {
    kind: 'problem',
    what: `delete_version_after is set: ${[...ofMount, ...ofPlaces].join('; ')}`,
    why: 'A credential that is in use would vanish. apply and rotate refuse to write there.',
    mend: {
      words:
        ending.length === 0
          ? 'As an administrator, unset it.'
          : 'As an administrator, unset it. A version that was written before still vanishes: rotate those clients, and a new one stays.',
      commands: [
        ...(after === undefined ? [] : [command(settings, 'write', `${mount}/config`, 'delete_version_after=0s')]),
        ...own.map((place) =>
          command(settings, 'kv', 'metadata', 'put', `-mount=${mount}`, '-delete-version-after=0s', place),
        ),
      ],
    },
  });
}

function checkVersions(settings: VaultSettings, lifetimes: Lifetimes): CheckResult {
  const check: Check = {
    id: 'versions-kept',
    purposes: ['rotate'],
    title: 'the version before the latest stays readable during an overlap',
  };
  if (!lifetimes.hasOverlaps) return fine(check, 'no client has an overlap');
  const ofMount = lifetimes.config?.maxVersions === 1;
  const own = ownLimits(lifetimes, ({ limits }) => limits?.keepsVersions === 1);
  if (!ofMount && own.length === 0) return fineOrUnknown(check, lifetimes);
  const { mount } = settings;
  const where = [...(ofMount ? [`${mount}/`] : []), ...named(settings, own)];
  return found(check, {
    kind: 'risk',
    what: `max_versions is 1 at ${nameSome(where, MOST_NAMED)}`,
    why: 'During an overlap the previous credential is still accepted, and no consumer can read it any more.',
    mend: {
      words: 'As an administrator, keep two versions or more; 10 is the default.',
      commands: [
        ...(ofMount ? [command(settings, 'write', `${mount}/config`, 'max_versions=10')] : []),
        ...own.map((place) => command(settings, 'kv', 'metadata', 'put', `-mount=${mount}`, '-max-versions=10', place)),
      ],
    },
  });
}

function checkMarks(settings: VaultSettings, { config }: Lifetimes): CheckResult {
  const check: Check = {
    id: 'plain-marks',
    purposes: OF_WRITERS,
    title: 'marks can be written without check-and-set',
  };
  if (config === undefined) return found(check, UNREAD);
  if (!config.marksNeedVersion) return fine(check);
  return found(check, {
    kind: 'problem',
    what: `metadata_cas_required is set at ${settings.mount}/`,
    why: 'grantry writes marks without the version of the metadata, and the server refuses that there.',
    mend: {
      words: 'As an administrator, unset it. Documents are written with check-and-set all the same.',
      commands: [command(settings, 'write', `${settings.mount}/config`, 'metadata_cas_required=false')],
    },
  });
}

const UNREAD: CheckFinding = {
  kind: 'unknown',
  what: 'The login may not read the settings of the mount',
  why: 'A limit of the mount shows only when the first document was written: see read-settings.',
};

function fineOrUnknown(check: Check, { config, places }: Lifetimes): CheckResult {
  if (config === undefined) return found(check, UNREAD);
  if (typeof places !== 'string') return fine(check);
  const why = 'A place may have limits of its own.';
  return found(check, { kind: 'unknown', what: `The places could not be looked at: ${places}`, why });
}

function ownLimits({ places }: Lifetimes, isSo: (entry: StoreEntry) => boolean): readonly string[] {
  if (typeof places === 'string') return [];
  return [...places].flatMap(([place, entry]) => (isSo(entry) ? [place] : [])).toSorted();
}

function named({ mount }: VaultSettings, places: readonly string[]): readonly string[] {
  return places.map((place) => `${mount}/${place}`);
}
