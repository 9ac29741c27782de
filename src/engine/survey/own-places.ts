import { liesIn } from '../../model/secrets/credential-path.ts';
import type { ActualObject, ActualState } from '../../model/state.ts';
import type { Target } from '../../model/target.ts';

/**
 * What was read, without marks of a delivery to the place of another Target: an account that may edit a client writes its
 * mark, and nothing there is ever retired, purged or written for the sake of one.
 */
export function withinOwnPlaces(actual: ActualState, { otherPlaces = [] }: Pick<Target, 'otherPlaces'>): ActualState {
  if (otherPlaces.length === 0) return actual;
  const isOther = (path: string | undefined): boolean =>
    path !== undefined && otherPlaces.some((folder) => liesIn(path, folder));
  const objects = actual.objects.map((object): ActualObject => {
    const { credential, unreadable = [] } = object;
    if (credential === undefined || !isOther(credential.delivered?.path)) return object;
    const what = 'its mark says that its credential lies in the place of another Target, so that mark is not believed';
    return { ...object, credential: { ...credential, delivered: undefined }, unreadable: [...unreadable, what] };
  });
  return { ...actual, objects };
}
