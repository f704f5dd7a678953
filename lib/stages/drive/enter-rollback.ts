import { environmentStream, foldEnvironment, revisionLiveBefore } from '../../environments/environment.ts';
import { acquireLease } from '../../environments/lease.ts';
import type { DeploymentId } from '../../history/deployment-id.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import { event } from '../../history/events.ts';
import { opening } from '../../lifecycle/decide.ts';
import { ENTER_ROLLBACK } from '../../lifecycle/leaves.ts';
import { ENTER_SECONDS } from '../../lifecycle/work.ts';
import { messageOf, NoneventError } from '../../nonevent-error.ts';
import { changesOf } from '../../pipeline/steps.ts';
import type { Target } from '../../targets/target.ts';
import { weightsBeforeShifts, withTraffic } from '../weights.ts';
import { attempt } from './attempt.ts';
import { DriveError } from './drive-error.ts';
import type { Services } from './services.ts';
import { decideAndAppend, openSession, type Session } from './session.ts';

/**
 * Makes sure, before a rollback changes anything, that it can be done: the deployment it undoes is what is live, the leases are
 * free, and the revisions that get the traffic back are running; one that is no longer warm is placed again. Convergent.
 *
 * Errors: `DriveError` `StageRefused`, once the history holds why; those of the store.
 */
export async function enterRollback(
  services: Services,
  task: { readonly deployment: DeploymentId },
): Promise<void> {
  const opened = await openSession(services.store, task.deployment);
  const session = await decideAndAppend(services.store, opened, (deployment) =>
    opening(deployment, 'rollback'),
  );
  if (!session.deployment.state.includes(ENTER_ROLLBACK)) return refuseIfRefused(session);
  const prepared = await attempt(
    services,
    session,
    { seconds: ENTER_SECONDS, expected: QUESTION, stoppable: false },
    (signal) => prepareEnvironments(services, session, signal),
  );
  const entered = await decideAndAppend(services.store, session, (deployment) => {
    if (!deployment.state.includes(ENTER_ROLLBACK)) return [];
    if (prepared.ok) return [event('RollbackAdmitted', { environments: [...prepared.value] })];
    return [
      event('RollbackRefused', {
        failure: {
          ...prepared.cause,
          question: QUESTION,
          recovery: 'compensate',
          next: 'none: nothing was changed; mend the cause and roll back again',
        },
      }),
    ];
  });
  return refuseIfRefused(entered);
}

const QUESTION = 'Can everything that was changed be taken back now?';

function refuseIfRefused({ deployment }: Session): void {
  const { failure } = deployment.view;
  if (failure !== undefined) throw new DriveError('StageRefused', `rollback refused: ${failure.observed}`);
}

type Prepared = { readonly environment: string; readonly returnsTo: string[] };

async function prepareEnvironments(
  services: Services,
  session: Session,
  signal: AbortSignal,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (const change of changesOf(session.deployment.view.pipeline)) {
    if (change.kind === 'acquire')
      prepared.push(await prepareEnvironment(services, session, change.environment, signal));
  }
  return prepared;
}

async function prepareEnvironment(
  services: Services,
  { deployment: { view } }: Session,
  environment: string,
  signal: AbortSignal,
): Promise<Prepared> {
  const { pipeline } = view.pipeline;
  await acquireLease(services.store, environment, { deployment: view.deployment, pipeline });
  const places = changesOf(view.pipeline).some(
    (change) => change.kind === 'place' && change.environment === environment,
  );
  if (!places) return { environment, returnsTo: [] };
  const { commits } = await services.store.load(environmentStream(environment));
  const live = foldEnvironment(commits).live[pipeline]?.live;
  if (live?.deployment !== view.of) throw notLive(environment, view.of ?? view.deployment, live);
  const returnsTo = Object.keys(withTraffic(weightsBeforeShifts(view, environment) ?? {}));
  if (returnsTo.length === 0) throw nothingBefore(environment, pipeline);
  const definition = view.pipeline.environments[environment];
  if (definition === undefined) throw new Error(`pipeline ${pipeline} has no environment ${environment}`);
  const target = await services.targets.target(environment, pipeline, definition);
  for (const revision of returnsTo) {
    await makeRunning(target, revision, revisionLiveBefore(commits, pipeline, revision), environment, signal);
  }
  return { environment, returnsTo };
}

/** A revision that is kept warm runs already; an older one is placed again from its artifact. */
async function makeRunning(
  target: Target,
  revision: string,
  ref: RevisionRef | undefined,
  environment: string,
  signal: AbortSignal,
): Promise<void> {
  const { revisions } = await target.state();
  if (revisions.some((one) => one.revision === revision && one.running)) return;
  if (ref === undefined) throw gone(environment, revision, 'it was never recorded as live');
  try {
    await target.place(
      { revision, deployment: ref.deployment, artifact: ref.artifact ?? ref.release.artifact },
      signal,
    );
  } catch (thrown) {
    throw gone(environment, revision, messageOf(thrown));
  }
}

function notLive(environment: string, of: string, live: RevisionRef | undefined): NoneventError {
  const now =
    live === undefined ? 'nothing is live' : `${live.revision} of deployment ${live.deployment} is live`;
  return new NoneventError('Conflict', `deployment ${of} is not what is live in ${environment}: ${now}`, {
    fields: { environment, deployment: of },
    hint: `undo what is live with \`nonevent rollback ${environment}\``,
  });
}

function nothingBefore(environment: string, pipeline: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `nothing of ${pipeline} was live in ${environment} before, so there is nothing to go back to`,
    {
      fields: { environment, pipeline },
      hint: 'deploy another release',
    },
  );
}

function gone(environment: string, revision: string, why: string): NoneventError {
  return new NoneventError(
    'Conflict',
    `${revision}, which would get the traffic back in ${environment}, cannot run: ${why}`,
    {
      fields: { environment, revision },
      hint: 'deploy that release again instead',
    },
  );
}
