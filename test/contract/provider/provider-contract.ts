import { afterEach, beforeEach, describe } from 'vitest';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { testCapabilities } from './provider-capabilities.ts';
import { testCredentials } from './provider-credentials.ts';
import { testKeys } from './provider-keys.ts';
import { testIssuers } from './provider-issuers.ts';
import { testObjects } from './provider-objects.ts';
import { testStates } from './provider-states.ts';
import { testTokens } from './provider-tokens.ts';
import { ProviderSubject } from './provider-subject.ts';
import type { ProviderPlace } from './provider-subject.ts';

/** What every provider must do, whatever it is; what one cannot do is refused, and that is tested instead. */
export function describeProvider(title: string, capabilities: Capabilities, open: () => Promise<ProviderPlace>): void {
  describe(`the contract of providers: ${title}`, () => {
    let opened: ProviderSubject;
    beforeEach(async () => {
      opened = new ProviderSubject(await open());
    });
    afterEach(() => opened.close());

    testCapabilities(() => opened, capabilities);
    testObjects(() => opened, capabilities);
    testCredentials(() => opened, capabilities);
    testKeys(() => opened, capabilities);
    testTokens(() => opened, capabilities);
    testStates(() => opened, capabilities);
    testIssuers(() => opened, capabilities);
  });
}
