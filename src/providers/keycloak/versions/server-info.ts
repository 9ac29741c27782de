import { z } from 'zod';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';

/** What a server says of itself to grantry's account. */
export interface ServerFacts {
  /** As the server says it, or the first one that has what it lists: `26.6` stands for that and later ones. */
  readonly version: string;
  /** The server says its version itself. */
  readonly isExact: boolean;
  /** Names of the features that are on, such as `CLIENT_SECRET_ROTATION`. */
  readonly features: ReadonlySet<string>;
}

const serverInfo = z.object({
  systemInfo: z
    .object({ version: z.string().regex(/^\d+\.\d+/) })
    .nullish()
    .catch(undefined),
  features: z.array(z.object({ name: z.string(), enabled: z.boolean().nullish() })),
});

/** Features that a server of this version lists, on or off, and no earlier one does. */
const LISTED_SINCE: readonly (readonly [version: string, features: readonly string[]])[] = [
  ['26.6', ['AUTHZEN', 'SCIM_API']],
];

/** From here on accounts of a realm do not see the version: an account that sees none is not before it. */
const HIDDEN_SINCE = '26.4';

/** `GET /admin/serverinfo`, which is long: asked for once in a run, and only where something depends on it. */
export class ServerInfo {
  readonly #api: KeycloakApi;
  #facts: Promise<ServerFacts | undefined> | undefined;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  /** Undefined: the account may not read it, or something in front of the server does not let it through. */
  async read(): Promise<ServerFacts | undefined> {
    this.#facts ??= this.#ask();
    return this.#facts;
  }

  async #ask(): Promise<ServerFacts | undefined> {
    const context = { about: 'list the features of the server', needs: 'query-clients', absent: undefined };
    const answer = await unlessForbidden(this.#api.read(context, (admin) => admin.serverInfo.find()));
    const { data } = serverInfo.safeParse(answer);
    return data === undefined ? undefined : factsIn(data);
  }
}

function factsIn({ systemInfo, features }: z.infer<typeof serverInfo>): ServerFacts {
  const listed = new Set(features.map(({ name }) => name));
  const [since] = LISTED_SINCE.find(([, names]) => names.some((name) => listed.has(name))) ?? [];
  return {
    version: systemInfo?.version ?? since ?? HIDDEN_SINCE,
    isExact: systemInfo?.version !== undefined,
    features: new Set(features.flatMap(({ name, enabled }) => (enabled === true ? [name] : []))),
  };
}
