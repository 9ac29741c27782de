import { Secret } from './secret.ts';
import type { KeycloakSettings, VaultSettings } from './target.ts';

type Login = Readonly<Record<string, string | Secret>>;

/** Whether a token of one is as good for the other: the same account of the same server, whatever the realm that is managed. */
export function isSameKeycloakLogin(one: KeycloakSettings, other: KeycloakSettings): boolean {
  return one.url === other.url && isSameLogin(one.auth, other.auth);
}

/** Whether a token of one is as good for the other: the same login at the same Vault and namespace, whatever the mount. */
export function isSameVaultLogin(one: VaultSettings, other: VaultSettings): boolean {
  return one.address === other.address && one.namespace === other.namespace && isSameLogin(one.auth, other.auth);
}

/** To the letter, and from the same variables, for errors name these: what may be the same or not is not. */
function isSameLogin(one: Login, other: Login): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => isSameValue(one[key], other[key]));
}

function isSameValue(one: string | Secret | undefined, other: string | Secret | undefined): boolean {
  if (one instanceof Secret && other instanceof Secret) return one.equals(other) && one.origin === other.origin;
  return one === other && one !== undefined;
}
