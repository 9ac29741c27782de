import picomatch from 'picomatch';
import { resolveTarget } from '../manifest/resolve-target.ts';
import type { TargetManifest } from '../manifest/types.ts';
import { compareText } from '../manifest/values.ts';
import { GrantryError } from '../model/errors.ts';
import type { Target } from '../model/target.ts';
import { monotonic } from '../platform/clock.ts';
import { systemPorts } from '../platform/ports.ts';
import type { CommandIo } from './context.ts';
import { makeLogins, openTarget } from './open-target.ts';
import type { Servers } from './open-target.ts';
import { Waiting } from './waiting.ts';

/**
 * Connects to the targets of a command while the other manifests are still being read, and lists what they hold: of
 * thousands of manifests the reading takes as long as the listing; few are checked before anything is sent. Nothing is written before everything was checked.
 */
export class EarlyTargets {
  readonly #selectors: readonly string[];
  readonly #io: CommandIo;
  readonly #atATime: number;
  readonly #opened = new Map<string, Promise<Servers>>();
  readonly #logins = makeLogins();
  readonly #waiting: Waiting;
  readonly #abandoned = new AbortController();

  /** `atATime`: how many targets there may be begun. */
  constructor(selectors: readonly string[], io: CommandIo, atATime: number) {
    this.#selectors = selectors;
    this.#io = io;
    this.#waiting = new Waiting(io.stderr, monotonic);
    this.#atATime = atATime;
  }

  /** Resolves when the first requests are on their way. */
  async begin(targets: readonly TargetManifest[]): Promise<void> {
    const selected = targets
      .filter(({ name }) => this.#selectors.some((selector) => picomatch(selector)(name)))
      .toSorted((left, right) => compareText(left.name, right.name));
    for (const manifest of selected.slice(0, this.#atATime)) {
      // Of two with one name neither counts.
      if (selected.some((other) => other !== manifest && other.name === manifest.name)) continue;
      const target = this.#resolve(manifest);
      if (target === undefined) continue;
      await new Promise<void>((begun) => {
        const servers = openTarget(target, this.#io, {
          logins: this.#logins,
          waiting: this.#waiting,
          ports: systemPorts(this.#abandoned.signal),
          onProvider: (provider) => {
            provider.readAhead();
            begun();
          },
        });
        this.#opened.set(target.name, servers);
        // `take` throws it to whom it concerns.
        servers.catch(() => undefined).finally(begun);
      });
    }
  }

  /** The servers of a target, whether they were connected to before or not. */
  take(target: Target): Promise<Servers> {
    const options = { logins: this.#logins, waiting: this.#waiting };
    return this.#opened.get(target.name) ?? openTarget(target, this.#io, options);
  }

  /** Ends everything that was begun: the manifests are not valid. */
  abandon(): void {
    this.#abandoned.abort(new GrantryError('INTERRUPTED', 'the manifests are not valid'));
  }

  /** What is wrong with a Target is reported once all manifests were read. */
  #resolve({ spec, ...manifest }: TargetManifest): Target | undefined {
    if (spec === undefined) return undefined;
    try {
      return resolveTarget({ ...manifest, spec }, { env: this.#io.env, cwd: this.#io.cwd });
    } catch (error) {
      if (error instanceof GrantryError) return undefined;
      throw error;
    }
  }
}
