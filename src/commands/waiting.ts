import type { HttpPorts } from '../platform/ports.ts';
import type { Output } from './context.ts';

/** How long a server may be silent before the user is told, and between two tellings; milliseconds. */
const SILENCE = 10_000;
const TICK = 500;

/** A server that requests are on their way to. */
interface Place {
  inFlight: number;
  /** When it answered last, or was asked first since; undefined while nothing is asked of it. An attempt that fails is no answer. */
  silentSince: number | undefined;
  /** Of the silence, the last time that the user was told; milliseconds. */
  told: number;
}

/** Tells the user which server is waited for where one is asked and says nothing for long. */
export class Waiting {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #places = new Map<string, Place>();

  /** `now` tells milliseconds since some moment. */
  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    setInterval(() => this.#tell(), TICK).unref();
  }

  /** The same `fetch`, watched. */
  watch(fetch: HttpPorts['fetch']): HttpPorts['fetch'] {
    return async (input, init) => {
      const place = this.#begin(originOf(input));
      try {
        const answer = await fetch(input, init);
        this.#answered(place);
        return answer;
      } finally {
        this.#clear(place);
        place.inFlight -= 1;
      }
    };
  }

  #answered(place: Place): void {
    place.silentSince = place.inFlight > 1 ? this.#now() : undefined;
    this.#clear(place);
    place.told = 0;
  }

  #begin(origin: string): Place {
    const place = this.#places.get(origin) ?? { inFlight: 0, silentSince: undefined, told: 0 };
    this.#places.set(origin, place);
    place.silentSince ??= this.#now();
    place.inFlight += 1;
    return place;
  }

  /** What stands there would stay, before the next text. */
  #clear({ told }: Place): void {
    if (told > 0 && this.#output.isTerminal) this.#output.write('');
  }

  #tell(): void {
    for (const [origin, place] of this.#places) {
      const silence = this.#now() - (place.silentSince ?? this.#now());
      if (place.inFlight === 0 || silence < place.told + SILENCE) continue;
      place.told = silence;
      this.#output.status(`waiting for ${origin}: no answer for ${Math.round(silence / 1000)} s`);
    }
  }
}

function originOf(input: Parameters<HttpPorts['fetch']>[0]): string {
  const url = input instanceof Request ? input.url : String(input);
  return URL.canParse(url) ? new URL(url).origin : 'a server';
}
