/** What is made once for all that are the same, such as a login for targets with one account. */
export class KeyedCache<Key, Made> {
  readonly #isSame: (one: Key, other: Key) => boolean;
  readonly #all: { readonly key: Key; readonly made: Made }[] = [];

  constructor(isSame: (one: Key, other: Key) => boolean) {
    this.#isSame = isSame;
  }

  /** What was made for the same before, or what `make` makes now. */
  get(key: Key, make: () => Made): Made {
    const before = this.#all.find((one) => this.#isSame(one.key, key));
    if (before !== undefined) return before.made;
    const made = make();
    this.#all.push({ key, made });
    return made;
  }
}
