import type { CheckResult, Mend } from '../../../model/check.ts';
import { ALL_PURPOSES, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import { mountError } from '../mount.ts';
import type { Mount } from '../mount.ts';
import type { VaultSettings } from '../settings.ts';
import { command } from './command.ts';

const CHECK: Check = { id: 'mount', purposes: ALL_PURPOSES, title: 'the mount is a KV version 2 secrets engine' };

/** `isReached`: the login has rights at paths of the mount, so that it would see an engine that stood there. */
export function checkMount(mount: Mount, isReached: boolean, settings: VaultSettings): CheckResult {
  const error = mountError(mount, settings, settings.mount, '');
  if (error === undefined) return fine(CHECK);
  const what = error.message;
  if (mount.kind === 'hidden' && !isReached) {
    const why = 'To a login without any right in it the server does not say which of the two.';
    const words = 'Give the login its rights first, then look again. An administrator sees which engines there are.';
    return found(CHECK, {
      kind: 'unknown',
      what,
      why,
      mend: { words, commands: [command(settings, 'secrets', 'list')] },
    });
  }
  const why = 'Nothing can be read or written.';
  return found(CHECK, { kind: 'problem', what, why, mend: mendOf(mount, error.hint, settings) });
}

function mendOf(mount: Mount, hint: string | undefined, settings: VaultSettings): Mend {
  if (mount.kind === 'hidden') {
    return {
      words: 'As an administrator, make the secrets engine; or correct mount and namespace in the Target.',
      commands: [command(settings, 'secrets', 'enable', `-path=${settings.mount}`, '-version=2', 'kv')],
    };
  }
  if (mount.kind === 'other' && mount.isOldKv) {
    return {
      words:
        'As an administrator, upgrade it, which all that lies in it outlives; or name another mount in the Target.',
      commands: [command(settings, 'kv', 'enable-versioning', `${settings.mount}/`)],
    };
  }
  return { words: hint ?? 'Name another mount in the Target.', commands: [] };
}
