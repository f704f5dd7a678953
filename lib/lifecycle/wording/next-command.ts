import { isLeaseHeld } from '../is-lease-held.ts';
import type { DeploymentView } from '../view.ts';
import { shortId } from './short-id.ts';

/** The command to type next. */
export function nextCommand(view: DeploymentView): string {
  if (view.outcome === undefined) return `nonevent status ${shortId(view.deployment)} --watch`;
  if (view.outcome === 'succeeded') return 'nonevent status';
  if (isLeaseHeld(view)) return 'nonevent status, then nonevent deploy --again';
  if (view.failure?.mode === 'stopped' || view.failure?.mode === 'superseded')
    return 'nonevent deploy --again';
  return `nonevent explain ${shortId(view.deployment)}`;
}
