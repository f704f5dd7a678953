import type { Deployment } from '../lifecycle/deployment.ts';
import { isLeaseHeld } from '../lifecycle/is-lease-held.ts';
import type { DeploymentView, Outcome } from '../lifecycle/view.ts';
import { isDone } from '../lifecycle/wording/next-command.ts';
import { EXIT, EXIT_CODE_OF_OUTCOME, type ExitCode } from './exit-codes.ts';

export type EndedView = DeploymentView & { readonly outcome: Outcome };
export type EndedDeployment = Deployment & { readonly view: EndedView };

export function hasEnded(deployment: Deployment): deployment is EndedDeployment {
  return deployment.view.outcome !== undefined;
}

/** The exit code of a deployment that has ended. Stuck outweighs every reason for it. */
export function exitCodeOfDeployment(view: EndedView): ExitCode {
  if (isDone(view)) return EXIT.done;
  if (view.outcome === 'stuck') return EXIT.stuck;
  if (view.failure?.mode === 'stopped' || view.failure?.mode === 'superseded') return EXIT.stopped;
  return isLeaseHeld(view) ? EXIT.conflict : EXIT_CODE_OF_OUTCOME[view.outcome];
}
