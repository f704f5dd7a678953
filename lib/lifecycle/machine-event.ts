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
      return stageEvent(event.data.stage, 'started');
    case 'StageAwaiting':
      return stageEvent(event.data.stage, 'awaiting');
    case 'StageMeasured':
      return stageEvent(event.data.stage, 'measured');
    case 'StageAttemptFailed':
      return event.data.lane === 'forward'
        ? stageEvent(event.data.stage, 'attemptFailed')
        : stageEvent(event.data.stage, 'undoAttemptFailed');
    case 'StagePassed':
      return stageEvent(event.data.stage, 'passed');
    case 'StageReused':
      return stageEvent(event.data.stage, 'reused');
    case 'StageFailed':
      // Attempt 0: it failed before it began, so there is nothing of it to undo.
      return event.data.attempt === 0
        ? stageEvent(event.data.stage, 'refused')
        : stageEvent(event.data.stage, 'failed');
    case 'RollbackAdmitted':
      return 'rollback.admitted';
    case 'RollbackRefused':
      return 'rollback.refused';
    case 'StopRequested':
      return 'deployment.stopRequested';
    case 'StageUndone':
      return stageEvent(event.data.stage, 'undone');
    case 'UndoFailed':
      return stageEvent(event.data.stage, 'undoFailed');
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

/** Names are made once: a name that is put together anew each time has to be hashed anew for each look-up. */
const names = new Map<string, Map<string, string>>();
/** Of what is met in histories nothing may grow without end. */
const STAGES_KEPT = 1000;

function stageEvent(stage: string, happening: string): string {
  let ofStage = names.get(stage);
  if (ofStage === undefined) {
    if (names.size >= STAGES_KEPT) names.clear();
    ofStage = new Map();
    names.set(stage, ofStage);
  }
  let name = ofStage.get(happening);
  if (name === undefined) {
    name = `${stage}.${happening}`;
    ofStage.set(happening, name);
  }
  return name;
}
