import type { DeploymentEvent } from '../history/events.ts';

/**
 * The machine's name for a fact. `undefined` for the opening event, which makes the machine, and for what other
 * streams record.
 */
export function machineEventOf(event: DeploymentEvent): string | undefined {
  switch (event.type) {
    case 'DeploymentRequested':
      return undefined;
    case 'DeploymentStarted':
      return event.data.entry === 'forward' ? 'deployment.started' : 'rollback.started';
    case 'StageStarted':
      return `${event.data.stage}.started`;
    case 'StageAwaiting':
      return `${event.data.stage}.awaiting`;
    case 'StageMeasured':
      return `${event.data.stage}.measured`;
    case 'StageAttemptFailed':
      return event.data.lane === 'forward'
        ? `${event.data.stage}.attemptFailed`
        : `${event.data.stage}.undoAttemptFailed`;
    case 'StagePassed':
      return `${event.data.stage}.passed`;
    case 'StageReused':
      return `${event.data.stage}.reused`;
    case 'StageFailed':
      // Attempt 0: it failed before it began, so there is nothing of it to undo.
      return event.data.attempt === 0 ? `${event.data.stage}.refused` : `${event.data.stage}.failed`;
    case 'RollbackAdmitted':
      return 'rollback.admitted';
    case 'RollbackRefused':
      return 'rollback.refused';
    case 'StopRequested':
      return 'deployment.stopRequested';
    case 'StageUndone':
      return `${event.data.stage}.undone`;
    case 'UndoFailed':
      return `${event.data.stage}.undoFailed`;
    case 'DeploymentSucceeded':
      return 'deployment.succeeded';
    case 'DeploymentFailed':
      return 'deployment.failed';
    case 'DeploymentRolledBack':
      return 'deployment.rolledBack';
    case 'DeploymentStuck':
      return 'deployment.stuck';
    default:
      event satisfies never;
      return undefined;
  }
}
