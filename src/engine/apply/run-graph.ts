import { addToGroup } from '../../model/values/groups.ts';

/** A node of a graph of work; `after` names nodes that must have succeeded first. */
export interface GraphNode {
  readonly key: string;
  readonly after: readonly string[];
}

/** How one node went. */
export type NodeOutcome<R> =
  | { readonly kind: 'done'; readonly result: R }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Not begun, because of this other node, or because the run was stopped. */
  | { readonly kind: 'skipped'; readonly because: string | undefined };

export interface GraphOptions<N, R> {
  readonly inFlight: number;
  readonly run: (node: N) => Promise<R>;
  /** Asked before each node: true begins no more. */
  readonly stopped: () => boolean;
  readonly onOutcome: (node: N, outcome: NodeOutcome<R>) => void;
}

/**
 * Runs a graph, nodes without a dependency between them at the same time. A node that fails stops those
 * that depend on it and nothing else. Names in `after` that are not in the graph are no obstacle.
 */
export async function runGraph<N extends GraphNode, R>(
  nodes: readonly N[],
  options: GraphOptions<N, R>,
): Promise<void> {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const waitingFor = new Map(nodes.map((node) => [node.key, node.after.filter((key) => byKey.has(key)).length]));
  const dependents = new Map<string, N[]>();
  for (const node of nodes) {
    for (const key of node.after) addToGroup(dependents, key, node);
  }
  const ready = nodes.filter((node) => waitingFor.get(node.key) === 0);
  const outcomes = new Map<string, NodeOutcome<R>>();
  const finish = (node: N, outcome: NodeOutcome<R>): void => {
    if (outcomes.has(node.key)) return;
    outcomes.set(node.key, outcome);
    options.onOutcome(node, outcome);
    for (const next of dependents.get(node.key) ?? []) {
      if (outcome.kind !== 'done') {
        finish(next, { kind: 'skipped', because: outcome.kind === 'skipped' ? outcome.because : node.key });
        continue;
      }
      const left = (waitingFor.get(next.key) ?? 0) - 1;
      waitingFor.set(next.key, left);
      if (left === 0) ready.push(next);
    }
  };
  await drain(ready, finish, options);
  for (const node of nodes) finish(node, { kind: 'skipped', because: undefined });
}

interface Finished<N, R> {
  readonly node: N;
  readonly outcome: NodeOutcome<R>;
  readonly work: Promise<Finished<N, R>>;
}

/** Where `finish` throws, nothing more begins, and the error comes only after what runs has ended. */
async function drain<N extends GraphNode, R>(
  ready: readonly N[],
  finish: (node: N, outcome: NodeOutcome<R>) => void,
  options: GraphOptions<N, R>,
): Promise<void> {
  const running = new Set<Promise<Finished<N, R>>>();
  const thrown: unknown[] = [];
  // Taking off the first element of a long list moves all others.
  let begun = 0;
  for (;;) {
    while (running.size < options.inFlight && thrown.length === 0 && !options.stopped()) {
      const node = ready[begun];
      if (node === undefined) break;
      begun += 1;
      const work: Promise<Finished<N, R>> = runOne(node, options.run).then((outcome) => ({ node, outcome, work }));
      running.add(work);
    }
    if (running.size === 0) break;
    const { node, outcome, work } = await Promise.race(running);
    running.delete(work);
    try {
      finish(node, outcome);
    } catch (error) {
      thrown.push(error);
    }
  }
  if (thrown.length > 0) throw thrown[0];
}

async function runOne<N, R>(node: N, run: (node: N) => Promise<R>): Promise<NodeOutcome<R>> {
  try {
    return { kind: 'done', result: await run(node) };
  } catch (error) {
    return { kind: 'failed', error };
  }
}
