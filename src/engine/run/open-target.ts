import type { DesiredState } from '../../model/desired.ts';
import type { ReportHead } from '../../model/report.ts';
import type { WriteGuard } from '../../platform/write-guard.ts';
import type { Ports } from '../../platform/ports.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** The two servers of a target, opened. */
export interface Servers extends TargetPorts {
  readonly ports: Ports;
  /** Stands in front of every request to the two servers. */
  readonly writeGuard: WriteGuard;
}

/** A target, and what the manifests ask for in it. */
export interface OpenTarget extends Servers {
  readonly desired: DesiredState;
}

/** A target whose servers need not have been asked anything yet. */
export interface ClosedTarget {
  readonly desired: DesiredState;
  /** How output names its servers. */
  readonly names: { readonly provider: string; readonly store: string };
  readonly open: () => Promise<OpenTarget>;
}

export function reportHead({ desired, provider, store }: Pick<OpenTarget, 'desired' | keyof TargetPorts>): ReportHead {
  const { name, stack } = desired.target;
  return { target: name, stack, provider: provider.describe(), store: store.describe() };
}
