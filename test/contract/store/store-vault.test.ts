import { inject } from 'vitest';
import { testLongListing } from './store-listing.ts';
import { testVaultStore } from './vault-contract.ts';

const server = () => inject('vault');

testVaultStore({ name: 'Vault', kind: 'vault', prefix: 'm2m', server }, testLongListing);
testVaultStore({ name: 'Vault, without a prefix', kind: 'vault', prefix: '', server }, testLongListing);
