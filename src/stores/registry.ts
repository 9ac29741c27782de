import type { StoreDescription } from './description.ts';
import { aws } from './aws/description.ts';
import { file } from './file/description.ts';
import { kubernetes } from './kubernetes/description.ts';
import { openbao, vault } from './vault/description.ts';

/** The kinds of store that manifests may name, in the order in which documents and errors list them. */
export const STORES: readonly StoreDescription[] = [vault, openbao, kubernetes, aws, file];
