import type { HttpPorts } from '../../platform/ports.ts';
import type { Output } from '../context.ts';

/** How long a server may be silent before a line says so, and between two lines; milliseconds. */
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
  /** Of the silence, how much the last line reported; milliseconds. */
  reported: number;
}

/** Shows the user which server is waited for, where one does not answer for long. */
export class Waiting {
  readonly #output: Output;
  readonly #now: () => number;
  readonly #places = new Map<string, Place>();
  /** The server in the line that the user may see now. */
  #shown: Place | undefined;

  /** `now` gives milliseconds since some moment. */
  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    setInterval(() => this.#report(), TICK).unref();
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
    const place = before ?? { inFlight: 0, silentSince: now, endedAt: now, answered: true, reported: 0 };
    this.#places.set(origin, place);
    // An attempt that failed is followed by another one within seconds: the silence goes on.
    if (place.inFlight === 0 && (place.answered || now - place.endedAt > SILENCE)) {
      place.silentSince = now;
      place.reported = 0;
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
      place.reported = 0;
    }
    if (this.#shown === place) {
      this.#output.clearStatus('waiting');
      this.#shown = undefined;
    }
  }

  #report(): void {
    for (const [origin, place] of this.#places) {
      const silence = this.#now() - place.silentSince;
      if (place.inFlight === 0 || silence < place.reported + SILENCE) continue;
      place.reported = silence;
      this.#shown = place;
      this.#output.status(`waiting for ${origin}: no answer for ${Math.round(silence / 1000)} s`, 'waiting');
    }
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'a server';
}
