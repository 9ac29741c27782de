/** /organizations/{id}/client-grants: which grants an organisation lets in. The organisations themselves have no endpoint here. */
import { organizationGrantSchema } from './schemas/api-schemas.ts';
import { existingGrant, showGrant } from './client-grants.ts';
import { apiError } from './errors.ts';
import { textOf } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { onlyParameters, paginate } from './pagination.ts';
import type { StoredGrant } from '../state.ts';
import type { ApiAnswer, ApiRequest, Tenant } from '../tenant.ts';
import { validBody } from './validation.ts';

const MAX_GRANTS = 100;

export function listOrganizationGrants({ params, query }: ApiRequest, { state, switches }: Tenant): ApiAnswer {
  onlyParameters(query, ['audience', 'client_id', 'grant_ids', 'page', 'per_page', 'include_totals']);
  const ids = query.getAll('grant_ids');
  const items = [...state.organization(params['id'] ?? '').grants]
    .map((id) => state.grants.get(id))
    .filter((grant): grant is StoredGrant => grant !== undefined)
    .filter(({ id, fields }) => {
      const audience = query.get('audience') ?? fields['audience'];
      const client = query.get('client_id') ?? fields['client_id'];
      return (
        fields['audience'] === audience && fields['client_id'] === client && (ids.length === 0 || ids.includes(id))
      );
    });
  return {
    status: 200,
    body: paginate(query, { items, key: 'client_grants', show: showGrant, max: switches.maxPerPage }),
  };
}

export function addOrganizationGrant({ params, body }: ApiRequest, tenant: Tenant): ApiAnswer {
  const given = validBody(organizationGrantSchema, body);
  const { id, fields } = existingGrant({ id: textOf(given['grant_id']) }, tenant);
  const organization = tenant.state.organization(params['id'] ?? '');
  if (organization.grants.has(id)) throw apiError(409, 'The client grant is already associated with the organization.');
  if (organization.grants.size >= MAX_GRANTS) {
    throw apiError(409, `An organization can have no more than ${MAX_GRANTS} client grants.`);
  }
  organization.grants.add(id);
  const shown: JsonObject = { grant_id: id };
  const usage = tenant.apiDate.has('organizationGrantUsage') ? ['organization_usage', 'allow_any_organization'] : [];
  for (const key of ['client_id', 'audience', 'scope', ...usage]) {
    const value = fields[key];
    if (value !== undefined) shown[key] = value;
  }
  return { status: 201, body: shown };
}

export function removeOrganizationGrant({ params }: ApiRequest, { state }: Tenant): ApiAnswer {
  state.organization(params['id'] ?? '').grants.delete(params['grant_id'] ?? '');
  return { status: 204 };
}
