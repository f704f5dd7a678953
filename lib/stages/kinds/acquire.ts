import { z } from 'zod';
import { environmentStream, foldEnvironment, revisionLiveBefore } from '../../environments/environment.ts';
import { acquireLease, leaseHeld, releaseLease } from '../../environments/lease.ts';
import { revertInEnvironment } from '../../environments/revert-in-environment.ts';
import type { RevisionRef } from '../../history/environment-events.ts';
import type { AcquireStage } from '../../pipeline/kinds/acquire.ts';
import type { ChangeKind, StageContext } from '../kind.ts';
import { weightsBeforeShifts } from '../weights.ts';

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

  /** Refuses while another deployment holds the lease, so that a deployment that cannot have it has changed nothing. */
  async capture(stage, { store, deployment }) {
    const { commits } = await store.load(environmentStream(stage.environment));
    const { lease, fence } = foldEnvironment(commits);
    if (lease !== undefined && lease.deployment !== deployment.view.deployment)
      throw leaseHeld(stage.environment, lease);
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
    const released =
      view.kind === 'rollback'
        ? await revertInEnvironment(
            context.store,
            environment,
            view.pipeline.pipeline,
            view.deployment,
            await returnedBy(context, environment),
          )
        : await releaseLease(context.store, environment, view.deployment);
    return { environment, released, before: fence };
  },
};

/** The revision that has the traffic again once the shifts of a deployment are undone. */
async function returnedBy(
  { store, deployment: { view } }: StageContext,
  environment: string,
): Promise<RevisionRef | undefined> {
  const weights = Object.entries(weightsBeforeShifts(view, environment) ?? {});
  const [revision] = weights.toSorted(([, one], [, other]) => other - one)[0] ?? [];
  if (revision === undefined) return undefined;
  const { commits } = await store.load(environmentStream(environment));
  return revisionLiveBefore(commits, view.pipeline.pipeline, revision);
}

function applicantOf({ deployment }: StageContext): {
  deployment: typeof deployment.view.deployment;
  pipeline: string;
} {
  return { deployment: deployment.view.deployment, pipeline: deployment.view.pipeline.pipeline };
}
