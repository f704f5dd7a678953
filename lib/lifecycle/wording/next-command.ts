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

/** The command that tries the very same once more. */
export function repeating({ kind, of }: Pick<DeploymentView, 'kind' | 'of'>): string {
  return kind === 'rollback' && of !== undefined
    ? `nonevent rollback ${shortId(of)} --again`
    : 'nonevent deploy --again';
}

/** Whether a deployment ended as it was meant to. */
export function isDone({ kind, outcome }: Pick<DeploymentView, 'kind' | 'outcome'>): boolean {
  return outcome === (kind === 'rollback' ? 'rolledBack' : 'succeeded');
}
