import type { DesiredState } from '../../model/desired.ts';
import type { ReportHead } from '../../model/report.ts';
import type { WriteGuard } from '../../platform/write-guard.ts';
import type { Ports } from '../../platform/ports.ts';
import type { Provider } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** The two servers of a target, opened. */
export interface Servers extends TargetPorts {
  readonly ports: Ports;
  /** Stands in front of every request to the two servers. */
  readonly writeGuard: WriteGuard;
}

/** The servers of a target, each opened for itself: one that lets nobody in keeps the others from nothing. */
export interface ServersApart {
  readonly provider: () => Promise<Provider>;
  readonly store: () => Promise<Store>;
  readonly formerStore?: () => Promise<Store>;
}

/** A target, and what the manifests ask for in it. */
export interface OpenTarget extends Servers {
  readonly desired: DesiredState;
}

/** A target whose servers need not have been asked anything yet. */
export interface ClosedTarget {
  readonly desired: DesiredState;
  /** How output names its servers. */
  readonly names: { readonly provider: string; readonly store: string; readonly formerStore?: string };
  readonly open: () => Promise<OpenTarget>;
}

/** One that can also be opened server by server. */
export interface SelectedTarget extends ClosedTarget {
  readonly openApart: () => ServersApart;
}

export function reportHead({ desired, provider, store }: Pick<OpenTarget, 'desired' | keyof TargetPorts>): ReportHead {
  const { name, stack } = desired.target;
  return { target: name, stack, provider: provider.describe(), store: store.describe() };
}
