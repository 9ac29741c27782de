/** The most bytes that a value in a mark may have. It is the limit of the strictest store; every store keeps to it, so that a document can move between stores. */
export const MAX_MARK_BYTES = 512;

/** Whether a mark can hold a text. */
export function fitsMark(text: string): boolean {
  return Buffer.byteLength(text) <= MAX_MARK_BYTES;
}
