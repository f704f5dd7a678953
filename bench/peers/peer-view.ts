import type { DeploymentEvent } from '../../lib/history/events.ts';

/** What the peers fold to: of each stage where it stands, its attempts, evidence and verdict. A part of what our view has. */
export type PeerView = {
  readonly deployment: string;
  readonly outcome: string | undefined;
  readonly stages: Readonly<Record<string, PeerStage>>;
};

type PeerStage = {
  readonly state: string;
  readonly attempts: number;
  readonly capture?: unknown;
  readonly evidence?: unknown;
  readonly verdict?: string;
};

export const INITIAL: PeerView = { deployment: '', outcome: undefined, stages: {} };

/** A reducer as their documentation shows one: without side effects, a new object for each event. */
export function evolve(view: PeerView, event: Pick<DeploymentEvent, 'type' | 'data'>): PeerView {
  const { type, data } = event as DeploymentEvent;
  const stage = (name: string, changes: Partial<PeerStage>): PeerView => {
    const known = view.stages[name] ?? { state: 'pending', attempts: 0 };
    return { ...view, stages: { ...view.stages, [name]: { ...known, ...changes } } };
  };
  switch (type) {
    case 'DeploymentRequested':
      return { ...view, deployment: data.deployment };
    case 'StageStarted':
      return stage(data.stage, { state: 'running', attempts: data.attempt, capture: data.capture });
    case 'StageMeasured':
      return stage(data.stage, { evidence: data.evidence, verdict: data.judgement.verdict });
    case 'StagePassed':
      return stage(data.stage, {
        state: 'passed',
        evidence: data.evidence,
        verdict: data.judgement.verdict,
      });
    case 'DeploymentSucceeded':
      return { ...view, outcome: 'succeeded' };
    default:
      return view;
  }
}
