import { z } from 'zod';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { acquireLease, leaseHeld, releaseLease } from '../../environments/lease.ts';
import { obstacleToReturning } from '../../environments/readiness.ts';
import type { Commit } from '../../history/event-store.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { AcquireStage } from '../../pipeline/kinds/acquire.ts';
import { changesOf } from '../../pipeline/steps.ts';
import { type Given, giveBack } from '../give-back.ts';
import type { ChangeKind, StageContext } from '../kind.ts';
import { targetOf } from '../target-of.ts';

const capture = z.object({ fence: z.int() });

/** Takes the lease of an environment, so that one deployment at a time changes it. Undo gives it back. */
export const acquireKind: ChangeKind<AcquireStage> = {
  recoveries: {
    rejected: 'compensate',
    inconclusive: 'compensate',
    errored: 'retry',
    timedOut: 'retry',
    lost: 'retry',
    stopped: 'compensate',
    superseded: 'compensate',
  },

  /**
   * Refuses while another deployment holds the lease, and where what is live could not get the traffic back: a deployment that
   * cannot be taken back has changed nothing.
   */
  async capture(stage, context) {
    const { environment } = stage;
    const { commits } = await context.store.load(environmentStream(environment));
    const { lease, fence } = foldEnvironment(commits);
    if (lease !== undefined && lease.deployment !== context.deployment.view.deployment)
      throw leaseHeld(environment, lease);
    await requireReturn(context, environment, commits);
    return { fence };
  },

  async apply(stage, context) {
    const lease = await acquireLease(context.store, stage.environment, applicantOf(context));
    return {
      evidence: { environment: stage.environment, fence: lease.fence },
      expected: `the lease of ${stage.environment}`,
      observed: `lease ${lease.fence} of ${stage.environment}`,
    };
  },

  /** A rollback records what is live again in the same commit that gives the lease back. */
  async undo(stage, context, captured) {
    const { fence } = capture.parse(captured);
    const { environment } = stage;
    const { view } = context.deployment;
    const given: Given =
      view.kind === 'rollback'
        ? await giveBack(context, environment)
        : { released: await releaseLease(context.store, environment, view.deployment) };
    return { environment, before: fence, ...given };
  },
};

/** A process that died is started again by its target, so this is an outage that may pass, and no contradiction. */
async function requireReturn(
  context: StageContext,
  environment: string,
  commits: readonly Commit[],
): Promise<void> {
  const { pipeline } = context.deployment.view;
  const places = changesOf(pipeline).some(
    (change) => change.kind === 'place' && change.environment === environment,
  );
  if (!places || foldEnvironment(commits).live[pipeline.pipeline] === undefined) return;
  const { revisions } = await (await targetOf(context, environment)).state();
  const running = new Set(revisions.filter((known) => known.running).map((known) => known.revision));
  const obstacle = obstacleToReturning(commits, pipeline.pipeline, running);
  if (obstacle === undefined) return;
  throw new NoneventError('TargetFailed', `this deployment could not be rolled back: ${obstacle}`, {
    fields: { environment },
    hint: `see why it does not run, or go back to what was live before it with \`nonevent rollback ${environment}\``,
  });
}

function applicantOf({ deployment }: StageContext): {
  deployment: typeof deployment.view.deployment;
  pipeline: string;
} {
  return { deployment: deployment.view.deployment, pipeline: deployment.view.pipeline.pipeline };
}
