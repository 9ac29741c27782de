import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What the requests for a grant in docs/auth0.md ask for: of the application of plan, of that of apply, and what keys take beside. */
export function documentedScopes(): string[][] {
  const text = readFileSync(fileURLToPath(new URL('../../../docs/auth0.md', import.meta.url)), 'utf8');
  return [...text.matchAll(/"scope": \[([^\]]*)\]/g)].map(([, list = '']) =>
    [...list.matchAll(/"([^"]+)"/g)].flatMap(([, scope]) => scope ?? []),
  );
}
