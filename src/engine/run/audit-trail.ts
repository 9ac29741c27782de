import type { AuditEvent } from '../../model/audit.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AuditRun } from '../ledger/audit.ts';
import type { OpenTarget } from './open-target.ts';
import type { RunContext } from './run-context.ts';

/** The audit events of one run: reported as they happen, and kept for its report. */
export class AuditTrail {
  readonly events: AuditEvent[] = [];
  /** What all its events have in common. */
  readonly run: AuditRun;
  readonly #now: () => string;
  readonly #emit: RunContext['emit'];
  #failure: GrantryError | undefined;

  constructor(
    { desired: { target }, ports }: Pick<OpenTarget, 'desired' | 'ports'>,
    { tool, identity, emit }: Pick<RunContext, 'tool' | 'identity' | 'emit'>,
  ) {
    this.run = { target: target.name, stack: target.stack, tool, ...identity };
    this.#now = () => new Date(ports.clock.now()).toISOString();
    this.#emit = emit;
  }

  /** Why an event could not be kept: nothing may begin then. */
  failure(): GrantryError | undefined {
    return this.#failure;
  }

  /** Before a change; throws where the event cannot be kept. */
  begin(make: (run: AuditRun, time: string) => AuditEvent): void {
    const event = make(this.run, this.#now());
    this.#report(event);
    this.events.push(event);
  }

  /** After a change. It is made, so that an event that is lost only shows in `failure`. */
  end(make: (run: AuditRun, time: string) => AuditEvent): void {
    const event = make(this.run, this.#now());
    this.events.push(event);
    try {
      this.#report(event);
    } catch (error) {
      if (!(error instanceof GrantryError)) throw error;
    }
  }

  #report(event: AuditEvent): void {
    try {
      this.#emit({ kind: 'audit', event });
    } catch (error) {
      if (error instanceof GrantryError) this.#failure ??= error;
      throw error;
    }
  }
}
