/** Whether an id is of the form that Auth0 gives its objects: only such a one stands in commands. */
export function isPlainId(id: string): boolean {
  return /^[\w-]+$/.test(id);
}
