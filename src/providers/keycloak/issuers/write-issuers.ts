import { GrantryError } from '../../../model/errors.ts';
import type { AdoptChange, CreateChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import type { Fields } from '../../../model/state.ts';
import { MARK } from '../convert/marks.ts';
import type { KeycloakApi } from '../http/api.ts';
import { describeKeycloak } from '../settings.ts';
import { issuerBody, issuerToFields } from './issuer-fields.ts';
import { findIssuer } from './list-issuers.ts';

const NEEDS = 'manage-identity-providers';

/** Makes, changes or takes away an issuer, and gives it as it is read back; undefined: there is none of that alias. */
export async function changeIssuer(
  api: KeycloakApi,
  change: CreateChange | UpdateChange | AdoptChange | DeleteChange,
): Promise<Fields | undefined> {
  const alias = change.op === 'delete' ? change.id : issuerBody(change.after).alias;
  switch (change.op) {
    case 'create':
      await createIssuer(api, change);
      break;
    case 'update':
    case 'adopt':
      await api.write({ about: `change identity provider ${alias}`, needs: NEEDS }, ({ identityProviders }) =>
        identityProviders.update({ alias }, body(change.after)),
      );
      break;
    case 'delete':
      await deleteIssuer(api, change);
      break;
    default:
      change satisfies never;
  }
  const found = await findIssuer(api, alias);
  return found === undefined ? undefined : issuerToFields(found);
}

function body(fields: Fields): Omit<ReturnType<typeof issuerBody>, 'config'> & { config: Record<string, string> } {
  const { config, ...rest } = issuerBody(fields);
  return { ...rest, config: { ...config } };
}

/** Where the answer is lost, or somebody was faster, what is there then shows whether it was made: the caller compares. */
async function createIssuer(api: KeycloakApi, { after }: CreateChange): Promise<void> {
  const made = body(after);
  const { alias } = made;
  try {
    await api.create({ about: `create identity provider ${alias}`, needs: NEEDS }, ({ identityProviders }) =>
      identityProviders.create(made),
    );
  } catch (error) {
    if (!(error instanceof GrantryError) || error.code !== 'UNREACHABLE') throw error;
    const found = await findIssuer(api, alias);
    if (found?.config?.[MARK.stack] !== made.config[MARK.stack]) throw error;
  }
}

/** By its alias, which another may bear by now: one that is not the stack's stays. */
async function deleteIssuer(api: KeycloakApi, { id: alias, before }: DeleteChange): Promise<void> {
  const found = await findIssuer(api, alias);
  if (found === undefined) return;
  if ((found.config?.[MARK.stack] || null) !== before['stack']) {
    const where = describeKeycloak(api.settings);
    throw new GrantryError('FAILED', `${where}: identity provider ${alias} is not this stack's any more`, {
      hint: 'Somebody took it over since the plan was made. Run plan to see how things stand.',
    });
  }
  await api.delete({ about: `delete identity provider ${alias}`, needs: NEEDS }, ({ identityProviders }) =>
    identityProviders.del({ alias }),
  );
}
