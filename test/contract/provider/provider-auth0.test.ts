/** The contract on the emulator of Auth0. */
import { auth0Capabilities } from '../../../src/providers/auth0/capabilities.ts';
import { openAuth0Place } from './auth0-place.ts';
import { describeProvider } from './provider-contract.ts';

describeProvider('Auth0', auth0Capabilities, openAuth0Place);
