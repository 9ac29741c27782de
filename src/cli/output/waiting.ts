import type { HttpPorts } from '../../platform/ports.ts';
import type { Output } from '../context.ts';

/** How long a server may be silent before the user is told, and between two tellings; milliseconds. */
const SILENCE = 10_000;
const TICK = 500;

/** A server that requests are on their way to. */
interface Place {
  inFlight: number;
  /** When it answered last, or was asked first since. An attempt that fails is no answer. */
  silentSince: number;
  /** When the last request ended, and whether by an answer. */
  endedAt: number;
  answered: boolean;
  /** Of the silence, the last time that the user was told; milliseconds. */
  told: number;
}

/** Tells the user which server is waited for where one is asked and says nothing for long. */
export class Waiting {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #places = new Map<string, Place>();
  /** Whom the line tells of that the user may have before him. */
  #shown: Place | undefined;

  /** `now` tells milliseconds since some moment. */
  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    setInterval(() => this.#tell(), TICK).unref();
  }

  /** The same ports, watched. */
  watch<Ports extends HttpPorts>(ports: Ports): Ports {
    const onRequest = (url: string): ((answered: boolean) => void) => {
      const place = this.#begin(originOf(url));
      return (answered) => this.#end(place, answered);
    };
    return { ...ports, onRequest };
  }

  #begin(origin: string): Place {
    const now = this.#now();
    const before = this.#places.get(origin);
    const place = before ?? { inFlight: 0, silentSince: now, endedAt: now, answered: true, told: 0 };
    this.#places.set(origin, place);
    // An attempt that failed is followed by another one within seconds: the silence goes on.
    if (place.inFlight === 0 && (place.answered || now - place.endedAt > SILENCE)) {
      place.silentSince = now;
      place.told = 0;
    }
    place.inFlight += 1;
    return place;
  }

  #end(place: Place, answered: boolean): void {
    const now = this.#now();
    place.inFlight -= 1;
    place.endedAt = now;
    place.answered = answered;
    if (answered) {
      place.silentSince = now;
      place.told = 0;
    }
    if (this.#shown === place) {
      this.#output.clearStatus('waiting');
      this.#shown = undefined;
    }
  }

  #tell(): void {
    for (const [origin, place] of this.#places) {
      const silence = this.#now() - place.silentSince;
      if (place.inFlight === 0 || silence < place.told + SILENCE) continue;
      place.told = silence;
      this.#shown = place;
      this.#output.status(`waiting for ${origin}: no answer for ${Math.round(silence / 1000)} s`, 'waiting');
    }
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'a server';
}
