import { inject } from 'vitest';
import { testPolicies } from './policies.ts';

testPolicies({ kind: 'vault', listed: 'metadata', server: () => inject('vault') });
