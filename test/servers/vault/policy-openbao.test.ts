import { inject } from 'vitest';
import { testPolicies } from './policies.ts';

testPolicies({ kind: 'openbao', listed: 'detailed-metadata', server: () => inject('openbao') });
