/** Far more than a manifest has, and far less than what costs a parser minutes. */
const MAX_BRACKETS = 500;

/**
 * One line that opens a hundred blocks, piles a hundred anchors and tags on one value, or stands so far in that hundreds of blocks
 * may be open around it; or twenty directives.
 */
const PILE = /(?:[-?:][ \t]{1,50}){100}|(?:[&!*][^\s,[\]{}]{0,50}[ \t]{1,50}){100}|^ {500}|(?:^%.*\n){20}/m;

/**
 * Where a text nests so deeply that parsing it would take minutes and gigabytes; undefined where it does not. Looks at
 * brackets wherever they stand: no manifest has hundreds that are never closed, in quotes or out of them.
 */
export function findBomb(text: string): number | undefined {
  let depth = 0;
  for (let offset = 0; offset < text.length; offset++) {
    const code = text.charCodeAt(offset);
    if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_BRACKETS) {
        return offset;
      }
    } else if (code === 0x5d || code === 0x7d) {
      depth = Math.max(0, depth - 1);
    }
  }
  const pile = text.search(PILE);
  return pile === -1 ? undefined : pile;
}
