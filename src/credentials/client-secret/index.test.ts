import { describeMethod } from '../../../test/contract/credential/credential-contract.ts';
import { clientSecretMethod } from './index.ts';

describeMethod(clientSecretMethod, ['client_secret_basic', 'client_secret_post']);
