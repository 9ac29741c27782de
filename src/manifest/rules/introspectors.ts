import type { TargetView } from '../resolve/target-view.ts';
import type { Problem } from '../types.ts';
import { problemInView } from './rule.ts';

/** An Api introspects tokens with a client that is let in. */
export function* checkIntrospectors(view: TargetView): Iterable<Problem> {
  const disabled = new Set(
    view.clients.flatMap(({ manifest, spec }) => (spec?.state === 'disabled' ? [manifest.name] : [])),
  );
  for (const api of view.apis) {
    const name = api.spec?.introspectedBy;
    if (name === undefined || !disabled.has(name)) continue;
    const message = `Client "${name}" is disabled, so nobody introspects tokens for this Api, and services that count on that refuse all of them`;
    yield problemInView(view, api, {
      rule: 'disabled-introspector',
      severity: 'warning',
      message,
      path: ['introspectedBy'],
    });
  }
}
