import type { ManifestKeys } from './schema/schema-keys.ts';
import type { Path } from './types.ts';

/**
 * A path as messages show it: `spec.access[0].api`. Keys that are the user's own are shown only where they cannot
 * be a credential in the wrong place, which in a Target they might be.
 */
export function formatPath(path: Path, own: 'show' | 'hide', { known }: Pick<ManifestKeys, 'known'>): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') {
      text += `[${step}]`;
    } else if (known.has(step)) {
      text += text === '' ? step : `.${step}`;
    } else {
      text += own === 'show' ? `[${JSON.stringify(shorten(step))}]` : '[…]';
    }
  }
  return text;
}

function shorten(key: string): string {
  return key.length > 60 ? `${key.slice(0, 60)}…` : key;
}
