import { z } from 'zod';
import { environmentStream, foldEnvironment } from '../../environments/environment.ts';
import { acquireLease, leaseHeld, releaseLease } from '../../environments/lease.ts';
import type { AcquireStage } from '../../pipeline/kinds/acquire.ts';
import type { ChangeKind, StageContext } from '../kind.ts';

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

  async undo(stage, context, captured) {
    const { fence } = capture.parse(captured);
    const released = await releaseLease(context.store, stage.environment, context.deployment.view.deployment);
    return { environment: stage.environment, released, before: fence };
  },
};

function applicantOf({ deployment }: StageContext): {
  deployment: typeof deployment.view.deployment;
  pipeline: string;
} {
  return { deployment: deployment.view.deployment, pipeline: deployment.view.pipeline.pipeline };
}
