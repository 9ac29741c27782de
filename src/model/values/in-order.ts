/** Whether each text is greater than the one before it: in the order of code units, and none twice. */
export function isInOrder(texts: readonly string[]): boolean {
  for (let index = 1; index < texts.length; index += 1) {
    const [before, here] = [texts[index - 1], texts[index]];
    if (before !== undefined && here !== undefined && before >= here) return false;
  }
  return true;
}

/** Each text once, in the order of code units. The same list where it is so already, as most are: to sort takes far longer. */
export function inOrder(texts: readonly string[]): readonly string[] {
  return isInOrder(texts) ? texts : [...new Set(texts)].toSorted();
}
