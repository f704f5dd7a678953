import { concludeInEnvironment } from '../../environments/conclude-in-environment.ts';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import { event } from '../../history/events.ts';
import { decideToConclude, failureOf } from '../../lifecycle/decide.ts';
import { diagnose } from '../../lifecycle/diagnosis.ts';
import { outcomeConcludedAt, undoLeaf } from '../../lifecycle/leaves.ts';
import { changesOf } from '../../pipeline/steps.ts';
import { revisionOf } from '../revision.ts';
import type { Services } from './services.ts';
import { decideAndAppend, openSession, type Session } from './session.ts';
import { type CaughtFailure, recordUnrecordedFailure } from './unrecorded-failure.ts';

/**
 * Ends a deployment at the outcome its machine has come to. On success each environment learns what is live and gets its lease back,
 * before the deployment's history is closed; whatever is neither live nor known-good is removed. Convergent.
 *
 * Returns the diagnosis in one line. Errors: those of the store and the targets; the execution tries again.
 */
export async function concludeDeployment(
  services: Services,
  task: { readonly deployment: DeploymentId; readonly failure: CaughtFailure },
): Promise<{ readonly diagnosis: string }> {
  const opened = await openSession(services.store, task.deployment);
  const failureKnown = await recordUnrecordedFailure(services, opened, task.failure);
  const session = await recordUnrecordedUndoFailure(services, failureKnown, task.failure);
  const outcome = session.deployment.state.map(outcomeConcludedAt).find((found) => found !== undefined);
  if (outcome === undefined) {
    if (session.deployment.view.outcome !== undefined)
      return { diagnosis: diagnose(session.deployment.view) };
    throw new Error(
      `deployment ${task.deployment} is at ${session.deployment.state.join(', ')}, where it cannot be concluded`,
    );
  }
  if (outcome === 'succeeded') await settleEnvironments(services, session);
  const concluded = await decideAndAppend(services.store, session, (deployment) =>
    deployment.view.outcome === undefined ? decideToConclude(deployment, outcome, nextAfter(session)) : [],
  );
  return { diagnosis: diagnose(concluded.deployment.view) };
}

/** An undo whose handler timed out every time: the execution goes to `stuck` and the history has to know why. */
async function recordUnrecordedUndoFailure(
  services: Services,
  session: Session,
  caught: CaughtFailure,
): Promise<Session> {
  if (caught === null) return session;
  return decideAndAppend(services.store, session, (deployment) => {
    const change = changesOf(deployment.view.pipeline).find((stage) =>
      deployment.state.includes(undoLeaf(stage)),
    );
    if (change === undefined) return [];
    const mode = caught.Error === 'States.Timeout' ? 'timedOut' : 'lost';
    const cause = {
      mode,
      expected: 'the change undone',
      observed: `${caught.Error}: ${caught.Cause ?? ''}`.slice(0, 1000),
    } as const;
    return [event('UndoFailed', { stage: change.name, failure: failureOf(change, cause, 'compensate') })];
  });
}

async function settleEnvironments(services: Services, session: Session): Promise<void> {
  const { view } = session.deployment;
  const changes = changesOf(view.pipeline);
  for (const change of changes) {
    if (change.kind !== 'acquire') continue;
    const { environment } = change;
    const isPlaced = changes.some((other) => other.kind === 'place' && other.environment === environment);
    if (isPlaced) await retireOthers(services, session, environment);
    const placed = {
      revision: revisionOf(view).revision,
      deployment: view.deployment,
      release: view.release,
      artifact: view.artifact,
    };
    await concludeInEnvironment(
      services.store,
      environment,
      view.pipeline.pipeline,
      view.deployment,
      isPlaced ? placed : undefined,
    );
  }
}

/** Removes every revision but the new one and the one that was live before, which is kept warm. */
async function retireOthers(services: Services, session: Session, environment: string): Promise<void> {
  const { view } = session.deployment;
  const definition = view.pipeline.environments[environment];
  if (definition === undefined)
    throw new Error(`pipeline ${view.pipeline.pipeline} has no environment ${environment}`);
  const { commits } = await services.store.load(environmentStream(environment));
  const { lease, live } = foldEnvironment(commits);
  // Without the lease this was done before a crash, and the revisions there may be those of whoever came after.
  if (lease?.deployment !== view.deployment) return;
  const kept = new Set([revisionOf(view).revision, live[view.pipeline.pipeline]?.live.revision]);
  const target = await services.targets.target(environment, view.pipeline.pipeline, definition);
  const { revisions } = await target.state();
  for (const { revision } of revisions) {
    if (!kept.has(revision)) await target.remove(revision);
  }
}

function nextAfter(session: Session): string {
  const stuck = session.deployment.view.stages.find((stage) => stage.state === 'undoFailed');
  return stuck?.failure?.next ?? 'none';
}
