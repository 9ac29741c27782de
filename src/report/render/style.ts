import pc from 'picocolors';

type Paint = (text: string) => string;

/** How text output looks on one terminal: colours, and the glyphs that its encoding can show. */
export interface Style {
  /** Columns that text is laid out for. */
  readonly width: number;
  /** False: nothing but printable ASCII reaches the terminal. */
  readonly unicode: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly arrow: string;
  readonly ellipsis: string;
  /** In front of what gives somebody more power. */
  readonly widens: string;
  readonly passed: string;
  readonly failed: string;
  readonly skipped: string;
}

/** What a terminal or a file takes. */
export interface Surface {
  readonly color: boolean;
  readonly unicode: boolean;
  /** Undefined where nothing limits them, as in a file. */
  readonly columns?: number | undefined;
}

/** At most, so that a code review, a CI log and a terminal show the same; and at least, since names need some room. */
const WIDTH = { most: 100, least: 60 };

/** A style that paints or leaves text as it is, with Unicode or ASCII glyphs, and fits the terminal. */
export function makeStyle({ color, unicode, columns = WIDTH.most }: Surface): Style {
  const colors = pc.createColors(color);
  const glyphs = unicode
    ? { arrow: '→', ellipsis: '…', widens: '▲', passed: '✓', failed: '✗', skipped: '○' }
    : { arrow: '->', ellipsis: '...', widens: '^', passed: 'ok', failed: '!!', skipped: '--' };
  return {
    width: Math.max(WIDTH.least, Math.min(WIDTH.most, columns)),
    unicode,
    bold: paintWith(colors.bold),
    dim: paintWith(colors.dim),
    red: paintWith(colors.red),
    green: paintWith(colors.green),
    yellow: paintWith(colors.yellow),
    cyan: paintWith(colors.cyan),
    ...glyphs,
  };
}

/** Nothing is not painted: it would leave colour codes behind that say nothing. */
function paintWith(paint: Paint): Paint {
  return (text) => (text === '' ? '' : paint(text));
}
