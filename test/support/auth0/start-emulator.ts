import { startAuth0Emulator as start } from '../../../demo/auth0/emulator/emulator.ts';
import type { Auth0Emulator, EmulatorOptions } from '../../../demo/auth0/emulator/emulator.ts';
import { createSigningKey } from '../../../demo/auth0/emulator/signing-key.ts';

/** Of all tenants of a test file: to make one takes half a second. */
export const sharedSigningKey = createSigningKey();

/** The emulator of Auth0, for tests. */
export async function startAuth0Emulator(options: EmulatorOptions = {}): Promise<Auth0Emulator> {
  return start({ signingKey: await sharedSigningKey, ...options });
}
