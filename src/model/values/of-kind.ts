/** The one of this kind. Settings are only ever made by the description of their kind, so there always is one. */
export function ofKind<T extends { readonly kind: string }>(all: readonly T[], kind: string): T {
  const found = all.find((one) => one.kind === kind);
  if (found === undefined) throw new TypeError(`no backend of the kind ${kind} is registered`);
  return found;
}
