import pLimit from 'p-limit';
import type { CheckResult } from '../../../model/check.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { nameSome } from '../../../model/text/counting.ts';
import { checkClock, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import type { SecretsApi } from '../api.ts';
import type { KubernetesSettings } from '../settings.ts';
import { checkMight } from './check-might.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { mendRoles } from './mend-role.ts';
import type { Missing } from './mend-role.ts';
import { askWho, isAllowed } from './reviews.ts';
import type { Access, ReviewPorts } from './reviews.ts';
import { rightsFor } from './rights.ts';
import type { Demand, Right } from './rights.ts';

/** What is asked, and by whom. */
export interface Examined extends ReviewPorts {
  readonly settings: KubernetesSettings;
  readonly api: Pick<SecretsApi, 'lookAtNamespace'>;
}

/** Requests in flight at the same time. */
const ASKED = 8;
const MOST_NAMED = 3;

/** Asks the server what the login may do, and looks at the namespaces. No Secret is looked at. */
export async function checkKubernetes(examined: Examined, desired: DesiredState): Promise<readonly CheckResult[]> {
  const { settings, send, clock, api } = examined;
  const { cluster, namespace } = settings;
  const { user, now } = await askWho(namespace, send, cluster);
  const ours = clock.now();
  const rights = rightsFor(namespace, desired);
  const ask = asker((access) => isAllowed(access, send, cluster));
  const namespaces = [
    ...new Set([namespace, ...rights.flatMap(({ demands }) => demands.map((each) => each.namespace))]),
  ];
  return [
    checkClock('the API server', now, ours),
    await checkMight(namespace, ask),
    ...(await checkNamespaces(namespaces, api, user)),
    ...(await Promise.all(rights.map((right) => checkRight(right, ask, user)))),
  ];
}

type Ask = (access: Access) => Promise<boolean>;

/** Asks the same thing once, and not too much at a time. */
function asker(ask: Ask): Ask {
  const limit = pLimit(ASKED);
  const asked = new Map<string, Promise<boolean>>();
  return (access) => {
    const key = JSON.stringify(access);
    const answer = asked.get(key) ?? limit(() => ask(access));
    asked.set(key, answer);
    return answer;
  };
}

async function checkRight(right: Right, ask: Ask, user: string | undefined): Promise<CheckResult> {
  const { id, purposes, title, demands, lacking, why } = right;
  const check: Check = { id, purposes, title };
  const missing = (await Promise.all(demands.map((demand) => missingOf(demand, ask)))).flat();
  if (missing.length === 0) return fine(check);
  const named = missing.flatMap(({ shown }) => shown);
  const what = `The login may not ${nameSome(named, MOST_NAMED)}`;
  if (lacking === 'fine') return fine(check, `${what}: ${why}`);
  return found(check, { kind: lacking, what, why, mend: mendRoles(missing, 'secrets', user) });
}

interface Lack extends Missing {
  /** As the finding names it. */
  readonly shown: readonly string[];
}

/** A Role may allow a verb for the very Secrets that are needed, and for no other. */
async function missingOf({ namespace, verb, names }: Demand, ask: Ask): Promise<readonly Lack[]> {
  const access = { namespace, verb, resource: 'secrets' };
  if (await ask(access)) return [];
  const all = [`${verb} secrets in ${namespace}`];
  if (names === undefined) return [{ namespace, verb, shown: all }];
  const allowed = await Promise.all(names.map((name) => ask({ ...access, name })));
  const lacked = names.filter((_, index) => allowed[index] !== true);
  if (lacked.length === 0) return [];
  const each = lacked.map((name) => `${verb} ${name} in ${namespace}`);
  return [{ namespace, verb, names: lacked, shown: lacked.length === names.length ? all : each }];
}
