import { formatDuration } from './text/duration.ts';
import type { Json } from './values/json.ts';

/** What one field of a provider's objects is to a reviewer. */
export interface FieldDescription {
  /** The path, joined with blanks; `*` stands for any one name: `access * scopes`. */
  readonly path: string;
  /** What a reviewer calls it; each `*` stands for the name at that place of the path. */
  readonly label?: string;
  /** Whether a difference gives somebody more power; also for the fields below one at the top. Absent: none does. */
  readonly widens?: (before: Json | undefined, after: Json | undefined, path: readonly string[]) => boolean;
  /**
   * Whom a difference between two values cuts off, unless they change at the same moment: `breaks callers that send no proof`.
   * Undefined: nobody.
   */
  readonly breaks?: (before: Json, after: Json) => string | undefined;
  /** Whether the object may be used at all: off takes everything from it at once. Of a field at the top. */
  readonly isSwitch?: true;
  /** What widens it gives roles. Of a field at the top. */
  readonly holdsRoles?: true;
  /** Where it stands under a change; lower ones first. Of a field at the top. */
  readonly weight?: number;
  /** Free text, which is always quoted, or seconds. `lifetime`, `choice`: seconds, or one of several; null is the server's own default. */
  readonly kind?: 'prose' | 'duration' | 'lifetime' | 'choice';
  /** The value that every new object has, by the object's name; it is shown only where it is another. */
  readonly usual?: (name: string) => Json;
  /** The head of a change, or the manifest beside it, says it of a new object. Of a field at the top. */
  readonly isSilentOnCreate?: true;
  /** Shown of an object that is deleted. Of a field at the top. */
  readonly isShownOnDelete?: true;
  /** A part of the stack's mark: that adopting sets it goes without saying. Of a field at the top. */
  readonly isMark?: true;
  /** The field that holds the same in most cases: one line shows both. Of a field at the top. */
  readonly repeats?: string;
  /** Of a field that all scopes of a new Api share: shown once, before or after the scopes. */
  readonly sharedByNewScopes?: 'before' | 'after';
}

/** One leaf of an object's fields that is another than before. */
export interface FieldDifference {
  readonly path: readonly string[];
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** Of fields that nobody describes. */
const MIDDLE = 50;
const PLAIN = /^[\w.:/@*+%~=,-]+$/;

/** How fields are shown to a reviewer, by what providers say of them. */
export class FieldWords {
  readonly #descriptions: ReadonlyMap<string, FieldDescription>;

  constructor(descriptions: readonly FieldDescription[]) {
    this.#descriptions = new Map(descriptions.map((one) => [keyOf(one.path.split(' ')), one]));
  }

  /** What is said of a field; undefined: nothing. */
  describe(path: readonly string[]): FieldDescription | undefined {
    for (const pattern of patternsOf(path)) {
      const found = this.#descriptions.get(keyOf(pattern));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What a reviewer calls a field; the path itself where there is no word for it. */
  labelOf(path: readonly string[]): string {
    const { label, path: pattern = '' } = this.describe(path) ?? {};
    if (label === undefined) return path.join(' ');
    const names = pattern.split(' ').flatMap((part, index) => (part === '*' ? [path[index] ?? ''] : []));
    return label.replaceAll('*', () => names.shift() ?? '');
  }

  /** Whether a difference gives somebody more power, such as a scope more or tokens that live longer. */
  widens({ path, before, after }: FieldDifference): boolean {
    const widens = this.describe(path)?.widens ?? this.describe(path.slice(0, 1))?.widens;
    return widens?.(before, after, path) ?? false;
  }

  /** Whom a difference cuts off; undefined: nobody. */
  breaks({ path, before, after }: FieldDifference): string | undefined {
    // Of what is new there are no users yet, and that what goes is missed goes without saying.
    if (before === undefined || after === undefined) return undefined;
    return this.describe(path)?.breaks?.(before, after);
  }

  /** Whether a difference shuts out what was let in. */
  switchesOff({ path, before, after }: FieldDifference): boolean {
    return this.#isSwitch(path) && before === true && after === false;
  }

  #isSwitch(path: readonly string[]): boolean {
    return path.length === 1 && this.describe(path)?.isSwitch === true;
  }

  /** Whether what a field holds are roles. */
  holdsRoles(path: readonly string[]): boolean {
    return this.describe(path.slice(0, 1))?.holdsRoles === true;
  }

  /** Where a field stands under a change: lower ones first. */
  weightOf([head = '']: readonly string[]): number {
    return this.describe([head])?.weight ?? MIDDLE;
  }

  /** One value in words. Text that could be taken for something else is quoted. */
  valueOf(path: readonly string[], value: Json | undefined): string {
    if (value === undefined) return '(not set)';
    const kind = (this.describe(path) ?? this.describe(path.slice(0, 1)))?.kind;
    if (kind === 'lifetime') return lifetime(value);
    if (kind === 'duration' && typeof value === 'number') return formatDuration(value);
    if (kind === 'choice' && value === null) return SERVER_DEFAULT;
    if (value === null) return '(none)';
    if (typeof value === 'boolean' && this.#isSwitch(path)) return value ? 'enabled' : 'disabled';
    if (typeof value === 'string') return kind === 'prose' || !PLAIN.test(value) ? quoted(value) : value;
    if (Array.isArray(value) && value.length === 0) return '(empty)';
    return JSON.stringify(value);
  }
}

const SERVER_DEFAULT = '(server default)';

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

function lifetime(value: Json): string {
  if (value === null) return SERVER_DEFAULT;
  return typeof value === 'number' ? formatDuration(value) : JSON.stringify(value);
}

/** A name may hold a blank. */
function keyOf(path: readonly string[]): string {
  return path.join('\0');
}

/** The path and what it may be described as, the closest first. */
function patternsOf([head = '', ...rest]: readonly string[]): string[][] {
  const [second, third] = rest;
  if (second === undefined) return [[head]];
  if (third === undefined)
    return [
      [head, second],
      [head, '*'],
    ];
  return rest.length > 2
    ? []
    : [
        [head, second, third],
        [head, '*', third],
        [head, second, '*'],
        [head, '*', '*'],
      ];
}
