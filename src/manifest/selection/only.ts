import picomatch from 'picomatch';
import { findNearest } from '../suggest.ts';
import { addressOf, isAddressGlob } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';
import { managedIssuers } from '../../model/issuers.ts';
import { overlapName } from '../../model/rotation.ts';

/**
 * Reads `--only`: addresses and globs of them. Gives a test of whether an address is named. Throws INVALID_INPUT for what is no
 * address, and for what names nothing that the manifests declare in any of these targets.
 */
export function parseOnly(patterns: readonly string[], states: readonly DesiredState[]): (address: Address) => boolean {
  const declared = [...new Set(states.flatMap(addressesOf))];
  const matchers = patterns.map((pattern) => {
    if (!isAddressGlob(pattern)) throw noAddress(pattern, declared);
    const matches = picomatch(pattern);
    if (!declared.some((address) => matches(address))) throw namesNothing(pattern, declared);
    return matches;
  });
  return (address) => matchers.some((matches) => matches(address));
}

/** Everything that the manifests declare in a target. */
export function addressesOf({ apis, clients, overlaps, target }: DesiredState): Address[] {
  return [
    ...apis.map(({ name }) => addressOf('Api', name)),
    ...clients.map(({ name }) => addressOf('Client', name)),
    ...overlaps.map((seconds) => addressOf('Rotation', overlapName(seconds))),
    ...managedIssuers(target).map(({ name }) => addressOf('Issuer', name)),
  ];
}

function noAddress(pattern: string, declared: readonly Address[]): GrantryError {
  const name = pattern.slice(pattern.indexOf('/') + 1);
  const meant = declared.filter((address) => address.endsWith(`/${name}`)).map((address) => `--only ${address}`);
  return new GrantryError('INVALID_INPUT', `--only ${pattern} names no address`, {
    hint:
      meant.length > 0
        ? `Write it as ${meant.join(' or ')}.`
        : "Write it as 'Client/order-service', 'Api/inventory' or, for several, 'Client/billing-*'.",
  });
}

function namesNothing(pattern: string, declared: readonly Address[]): GrantryError {
  const [kind = ''] = pattern.split('/', 1);
  const names = declared
    .filter((address) => address.startsWith(`${kind}/`))
    .map((address) => address.slice(kind.length + 1));
  const nearest = findNearest(pattern.slice(kind.length + 1), names);
  const question = nearest === undefined ? '' : `; did you mean "${kind}/${nearest}"?`;
  return new GrantryError('INVALID_INPUT', `--only ${pattern} names nothing that the manifests declare${question}`, {
    hint: 'What no manifest declares any more is not planned by --only: it would be a delete. Plan everything for that.',
  });
}
