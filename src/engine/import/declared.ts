import type { DesiredState } from '../../model/desired.ts';
import type { EstateApi, EstateClient, EstateMark, LeftOut } from '../../model/estate.ts';

/** What manifests declare of an estate, by what is there: the name of each object; undefined: they do not declare it. */
export interface Declared {
  api(api: Pick<EstateApi, 'audience' | 'mark'>): string | undefined;
  client(client: Pick<EstateClient, 'clientId' | 'mark'>): string | undefined;
}

/** A client is known by its client_id, an Api by its audience, and both by the name in a mark of the stack. */
export function declaredIn({ target, apis, clients }: Pick<DesiredState, 'target' | 'apis' | 'clients'>): Declared {
  const byAudience = new Map(apis.map(({ audience, name }) => [audience, name]));
  const byClientId = new Map(clients.map(({ clientId, name }) => [clientId, name]));
  const [apiNames, clientNames] = [new Set(byAudience.values()), new Set(byClientId.values())];
  const marked = (mark: EstateMark | undefined, names: ReadonlySet<string>): string | undefined =>
    mark?.stack === target.stack && mark.name !== undefined && names.has(mark.name) ? mark.name : undefined;
  return {
    api: ({ audience, mark }) => byAudience.get(audience) ?? marked(mark, apiNames),
    client: ({ clientId, mark }) => byClientId.get(clientId) ?? marked(mark, clientNames),
  };
}

/** The name under which manifests declare what is left out; undefined: they do not. */
export function declaredLeftOut({ kind, id, mark }: LeftOut, declared: Declared): string | undefined {
  switch (kind) {
    case 'Api':
      return declared.api({ audience: id, mark });
    case 'Client':
      return declared.client({ clientId: id, mark });
    // Manifests name it in clients that hold it.
    case 'ClientScope':
    default:
      return undefined;
  }
}

/** Whether an object carries the mark of a stack that is not this one. */
export function isOfOthers({ mark }: { readonly mark?: EstateMark | undefined }, stack: string): boolean {
  return mark !== undefined && mark.stack !== stack;
}
