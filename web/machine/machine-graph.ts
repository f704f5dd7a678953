import type { AnyStateNode } from 'xstate';
import { CONCLUDING, ENTER_ROLLBACK, OUTCOMES, PASSED, REQUESTED } from '../../lib/lifecycle/leaves.ts';
import { compileMachine } from '../../lib/lifecycle/machine.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';

export type Lane = 'forward' | 'undo' | 'ending';

/** A state of the machine, by the name that it has everywhere. */
export type GraphNode = {
  readonly name: string;
  readonly lane: Lane;
  /** The parallel group that it is part of. */
  readonly group: string | undefined;
};

/** Events that lead from one state to another. Out of a group leads what happens when all of it passed. */
export type GraphEdge = { readonly from: string; readonly to: string; readonly events: readonly string[] };

export type MachineGraph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

/**
 * The states of a pipeline's machine and what leads where, by walking the machine that `replay` folds through. Events that
 * stay in their state are left out. Pure.
 */
export function machineGraph(pipeline: Pipeline): MachineGraph {
  const { states } = compileMachine(pipeline).root;
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  for (const node of Object.values(states)) {
    if (node.type === 'parallel') {
      const checks = checksIn(node);
      nodes.push(...checks.map(({ key }) => ({ name: key, lane: 'forward' as const, group: node.key })));
      edges.push(...checks.flatMap((check) => edgesOf(check, (target) => target.parent !== check.parent)));
      edges.push(...edgesOf(node, () => true).map((edge) => ({ ...edge, events: ['all passed'] })));
    } else {
      nodes.push({ name: node.key, lane: laneOf(node.key), group: undefined });
      edges.push(...edgesOf(node, (target) => target !== node));
    }
  }
  return { nodes, edges };
}

function checksIn(group: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(group.states).flatMap((region) =>
    Object.values(region.states).filter((state) => state.key !== PASSED),
  );
}

const ENDINGS: ReadonlySet<string> = new Set([...OUTCOMES, ...Object.values(CONCLUDING)]);

function laneOf(name: string): Lane {
  if (name === REQUESTED) return 'forward';
  if (ENDINGS.has(name)) return 'ending';
  return name === ENTER_ROLLBACK || name.startsWith('undo ') ? 'undo' : 'forward';
}

function edgesOf(node: AnyStateNode, isWanted: (target: AnyStateNode) => boolean): readonly GraphEdge[] {
  const transitions = [...node.transitions.values()].flat().flatMap(({ target, eventType }) => {
    const reached = target?.[0];
    return reached === undefined || !isWanted(reached) ? [] : [{ to: reached.key, event: String(eventType) }];
  });
  const byTarget = Map.groupBy(transitions, ({ to }) => to);
  return [...byTarget].map(([to, leading]) => ({
    from: node.key,
    to,
    events: leading.map(({ event }) => event),
  }));
}
