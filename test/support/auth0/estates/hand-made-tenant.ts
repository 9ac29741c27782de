/** A tenant as people make them in years; the same seed gives the same. */
import { Chance } from '../../estates/chance.ts';
import { madeApis } from './made-apis.ts';
import { madeApplication } from './made-applications.ts';
import type { MadeTenant } from './made-tenant.ts';

export function handMadeTenant(of: {
  readonly seed: number;
  readonly apis: number;
  readonly applications: number;
}): MadeTenant {
  const chance = new Chance(of.seed);
  const apis = madeApis(chance, of.apis);
  return { apis, applications: Array.from({ length: of.applications }, () => madeApplication(chance, apis)) };
}
