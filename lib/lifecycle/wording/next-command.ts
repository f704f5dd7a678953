import type { StageKind } from '../../pipeline/stage.ts';
import { isLeaseHeld } from '../is-lease-held.ts';
import type { DeploymentView } from '../view.ts';
import { shortId } from './short-id.ts';

/** The command to type next. */
export function nextCommand(view: DeploymentView): string {
  if (view.outcome === undefined) return `nonevent status ${shortId(view.deployment)} --watch`;
  if (isDone(view)) return 'nonevent status';
  if (isLeaseHeld(view)) return `nonevent status, then ${repeating(view)}`;
  if (view.failure?.mode === 'stopped' || view.failure?.mode === 'superseded') return repeating(view);
  return `nonevent explain ${shortId(view.deployment)}`;
}

/**
 * The command that tries again after an ending: the very same, where its cause was not in what was deployed; otherwise
 * what is there by then.
 */
export function tryingAgain(view: DeploymentView): string {
  return view.kind === 'rollback' || mayHelpAgain(view) ? repeating(view) : 'nonevent deploy';
}

/** Stages whose work needs nothing of the release, so that what keeps them from ending in time is the infrastructure. */
const INFRASTRUCTURE: readonly StageKind[] = [
  'acquire',
  'shift',
  'flag',
  'analysis',
  'parity',
  'compatibility',
  'rehearsal',
];

/** Whether the very same, tried again, may end otherwise. */
export function mayHelpAgain(view: DeploymentView): boolean {
  const mode = view.failure?.mode;
  if (mode === undefined || mode === 'errored' || mode === 'inconclusive') return false;
  if (mode === 'rejected') return isLeaseHeld(view);
  if (mode !== 'timedOut') return true;
  const stage = view.stages.find(({ name }) => name === view.failure?.stage);
  return stage !== undefined && INFRASTRUCTURE.includes(stage.kind);
}

/** The command that tries the very same once more. */
export function repeating({
  kind,
  of,
  deployment,
}: Pick<DeploymentView, 'kind' | 'of' | 'deployment'>): string {
  return kind === 'rollback' && of !== undefined
    ? `nonevent rollback ${shortId(of)} --again`
    : `nonevent rerun ${shortId(deployment)}`;
}

/** Whether a deployment ended as it was meant to. */
export function isDone({ kind, outcome }: Pick<DeploymentView, 'kind' | 'outcome'>): boolean {
  return outcome === (kind === 'rollback' ? 'rolledBack' : 'succeeded');
}
