import type { DesiredApi } from '../model/desired.ts';
import type { TokenForm } from './provider.ts';

/** The form that Apis ask for together, where their manifests agree: one that says nothing takes what the others want. */
export function formOfApis(apis: readonly DesiredApi[]): TokenForm {
  return {
    isBound: apis.some(({ senderConstrained }) => senderConstrained === 'dpop'),
    alg: apis.find(({ tokenAlg }) => tokenAlg !== undefined)?.tokenAlg,
    type: apis.find(({ tokenType }) => tokenType !== undefined)?.tokenType,
  };
}
