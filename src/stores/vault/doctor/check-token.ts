import type { CheckResult, Mend } from '../../../model/check.ts';
import { formatDuration } from '../../../model/text/duration.ts';
import { ALL_PURPOSES, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import { productOf } from '../product.ts';
import type { VaultSettings } from '../settings.ts';
import { command } from './command.ts';
import type { TokenFacts } from './questions.ts';

/** Long enough for a run of a large stack. */
const A_RUN = 900;

/** The token that grantry holds: how long it is good for, and whether it is too mighty. */
export function checkToken(settings: VaultSettings, token: TokenFacts | undefined): readonly CheckResult[] {
  return [checkMight(settings, token), checkEnd(settings, token)];
}

function checkMight(settings: VaultSettings, token: TokenFacts | undefined): CheckResult {
  const check: Check = {
    id: 'token-policies',
    purposes: ALL_PURPOSES,
    title: 'the token can do no more than it needs',
  };
  if (token === undefined) return found(check, unseen(settings));
  if (!token.policies.includes('root')) return fine(check);
  const { page, policies } = productOf(settings);
  return found(check, {
    kind: 'risk',
    what: 'The token is a root token',
    why: 'It can do everything, for ever: who gets hold of it in CI has every secret of the server.',
    mend: {
      words: `Give grantry a token with a policy of its own: put mount and prefix into ${policies.apply} first. Better is a login without a stored token, see ${page}.`,
      commands: [
        command(settings, 'policy', 'write', 'grantry', policies.apply),
        command(settings, 'token', 'create', '-policy=grantry', '-period=24h'),
      ],
    },
  });
}

function checkEnd(settings: VaultSettings, token: TokenFacts | undefined): CheckResult {
  const check: Check = { id: 'token-end', purposes: ALL_PURPOSES, title: 'the token outlives a run' };
  if (token === undefined) return found(check, unseen(settings));
  // Any other login is repeated when its token ends.
  if (settings.auth.kind !== 'token') return fine(check);
  const { uses, ttl, renewable } = token;
  const endsEarly = ttl > 0 && ttl < A_RUN && !renewable;
  if (uses === 0 && !endsEarly) return fine(check);
  return found(check, {
    kind: 'risk',
    what:
      uses > 0
        ? `The token is good for ${uses} more requests`
        : `The token ends in ${formatDuration(ttl)}, and cannot be renewed`,
    why: 'A run that is in the middle of its work then can neither finish nor tidy up.',
    mend: lastingToken(settings, token),
  });
}

/** It lasts, so that it gets what is grantry's alone: never what an entity or a root may beside that. */
function lastingToken(settings: VaultSettings, { policies, ofEntity }: TokenFacts): Mend {
  const own = policies.filter((policy) => policy.startsWith('grantry') && !ofEntity.includes(policy));
  if (own.length === 0) {
    const words = `Give grantry a token that can be renewed, with a policy of its own: see ${productOf(settings).page}.`;
    return { words, commands: [] };
  }
  return {
    words: 'Give grantry a token that can be renewed, with those policies of this one that begin with grantry.',
    commands: [command(settings, 'token', 'create', ...own.map((policy) => `-policy=${policy}`), '-period=24h')],
  };
}

function unseen(settings: VaultSettings) {
  return {
    kind: 'unknown',
    what: 'The token may not look itself up',
    why: 'How long it lives, and what policies it has, is not known.',
    mend: {
      words: `Let the token have the policy "default", or one with: path "auth/token/lookup-self" { capabilities = ["read"] }. See ${productOf(settings).page}.`,
      commands: [],
    },
  } as const;
}
