import { inject } from 'vitest';
import { testDoctor } from './doctor.ts';

testDoctor({
  kind: 'vault',
  listed: 'metadata',
  server: () => inject('vault'),
  image: () => inject('vaultImage'),
  command: 'vault',
  prefixOfVariables: 'VAULT',
});
